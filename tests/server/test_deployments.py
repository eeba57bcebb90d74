"""Deployments as the network sees them: seen, signed, and on the dashboard."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from standardwebhooks.webhooks import Webhook
from werkzeug.test import TestResponse

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.errors import InvalidInputError
from plugin.stores.access.deployments import Deployment
from tests.samples import NOW, encoded, settings
from webhook_server import problems
from webhook_server.intake import edge
from webhook_server.pages.project.deployment_rows import (
    DeploymentRow,
    VersionShare,
    ago,
    deployment_rows,
    rate,
)


@pytest.fixture
def site(application: Application) -> FlaskClient:
    """The routes that clients use besides posting events."""
    app = Flask(__name__)
    problems.register(app)
    app.register_blueprint(edge.blueprint(application))
    return app.test_client()


@pytest.fixture
def line_3(application: Application) -> Deployment:
    return application.deployments.register("parts", "line-3", NOW, "detector", "7")[0]


def ask(site: FlaskClient, key: str) -> TestResponse:
    return site.get("/v1/projects/parts/rules", headers={"Authorization": f"Bearer {key}"})


def report(
    site: FlaskClient, key: str, message_id: str, secret: str = "", report_id: str = "r1"
) -> TestResponse:
    """Post counts, signed where a secret is given."""
    body = encoded({"report_id": report_id, "counts": [], "model_version": "7"})
    headers = {"Authorization": f"Bearer {key}"}
    if secret:
        at = datetime.now(UTC)
        headers |= {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, at, body),
        }
    return site.post("/v1/projects/parts/counts", data=body, headers=headers)


def row(application: Application, now: datetime = NOW) -> DeploymentRow:
    application.activity.flush()
    return deployment_rows(application, application.deployments.of_project("parts"), now)[0]


def test_a_project_goes_on_once_a_deployment_has_asked_for_its_rules(
    site: FlaskClient, key: str, application: Application
) -> None:
    application.history.add(settings(enabled=False), "test", utc_now())
    with pytest.raises(InvalidInputError, match="nothing has come from line-3 yet"):
        application.switching.enable("parts", "test", utc_now())
    assert ask(site, key[:-1]).status_code == 401
    with pytest.raises(InvalidInputError):
        application.switching.enable("parts", "test", utc_now())
    assert ask(site, key).status_code == 200
    assert application.switching.enable("parts", "test", utc_now()).settings.enabled


def test_a_revoked_key_is_answered_401(
    site: FlaskClient, key: str, application: Application
) -> None:
    assert ask(site, key).status_code == 200
    application.deployments.revoke(application.deployments.find("parts", "line-3"))
    assert ask(site, key).status_code == 401


def test_once_a_deployment_signs_unsigned_posts_are_refused_and_replays_too(
    site: FlaskClient, key: str, application: Application
) -> None:
    assert report(site, key, "").status_code == 202
    deployment = application.deployments.find("parts", "line-3")
    _, secret = application.deployments.sign(deployment)
    unsigned = report(site, key, "")
    assert unsigned.status_code == 401
    assert "no header webhook-id" in unsigned.get_json()["detail"]
    assert report(site, key, "msg_1", "whsec_" + "A" * 43 + "=").status_code == 401
    assert report(site, key, "msg_1", secret).status_code == 202
    replay = report(site, key, "msg_1", secret)
    assert replay.status_code == 409
    assert "used before" in replay.get_json()["detail"]
    assert report(site, key, "msg_2", secret).status_code == 202
    assert ask(site, key).status_code == 200  # nothing is posted, so nothing is signed
    application.deployments.stop_signing(deployment)
    assert report(site, key, "").status_code == 202


def test_a_row_says_what_is_known(application: Application, line_3: Deployment) -> None:
    assert row(application) == DeploymentRow(
        name="line-3", model="detector 7", revoked=False, seen="Never seen", seen_at=None,
        rate="", versions=(), more=0, events=0,
    )  # fmt: skip
    for version, number in (("5", 10), ("6", 20), ("7", 69), ("", 1)):
        application.activity.saw(line_3, version, number, NOW)
    later = NOW + timedelta(minutes=2)
    application.deployments.revoke(line_3)
    assert row(application, later) == DeploymentRow(
        name="line-3", model="detector 7", revoked=True, seen="Seen 2 min ago", seen_at=NOW,
        rate="25 events/min", more=1, events=100,
        versions=(VersionShare("7", 69), VersionShare("6", 20), VersionShare("5", 10)),
    )  # fmt: skip


def test_a_row_does_not_forget_that_a_deployment_was_seen_when_redis_does(
    application: Application, line_3: Deployment
) -> None:
    application.activity.saw(line_3, "7", 1, NOW)
    application.activity.flush()
    application.redis.flushdb()
    assert row(application).seen == "Seen some time ago"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"), (0, "just now"), (59.9, "just now"), (60, "1 min ago"),
        (3599, "59 min ago"), (3600, "1 h ago"), (86_399, "23 h ago"), (86_400, "1 day ago"),
        (200_000, "2 days ago"), (123_456_789, "1,428 days ago"),
    ],
)  # fmt: skip
def test_how_long_ago_is_said_in_one_unit(seconds: float, said: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("per_second", "said"),
    [
        (0, ""), (1 / 300, "1 event/min"), (0.5, "30 events/min"), (0.94, "56 events/min"),
        (0.96, "1.0 events/s"), (9.9, "9.9 events/s"), (9.96, "10 events/s"),
        (12_345.6, "12,346 events/s"),
    ],
)  # fmt: skip
def test_rates_are_said_in_the_unit_that_suits(per_second: float, said: str) -> None:
    assert rate(per_second) == said
