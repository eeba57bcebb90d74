"""What opens one thing opens nothing beside it, and ids are of no use to whoever guesses them."""

from datetime import timedelta

import pytest
from flask import Flask

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.frame import frame_id
from plugin.services.collection.hooks import EVENTS, SECRET_HEADER
from tests.batch_samples import add_batch
from tests.samples import box, encoded, jpeg, prediction, settings
from tests.server.rsgi import Answered, Client
from webhook_server.app import create_app

JSON = "application/json"


@pytest.fixture
def foreign(application: Application) -> str:
    """The key of a deployment of another project, `doors`."""
    application.history.add(settings(project="doors", enabled=True), "test", utc_now())
    return application.deployments.register("doors", "line-3", utc_now())[1]


def routes_of_deployments(app: Flask) -> list[tuple[str, str]]:
    """Method and address of everything that a key opens, for the project `parts`."""
    found = [("POST", "/v1/projects/parts/events")]
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/v1/projects/"):
            [method] = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found.append((method, rule.rule.replace("<project>", "parts")))
    return found


def ask(client: Client, method: str, path: str, key: str) -> Answered:
    event = encoded({"event_id": "e1", "prediction": prediction(box())})
    headers = {"Authorization": f"Bearer {key}", "X-Request-Id": "same"}
    return client.ask(method, path, data=event, headers=headers, content_type=JSON)


def test_a_key_opens_its_project_on_no_other_route(
    client: Client, application: Application, key: str, foreign: str
) -> None:
    """A foreign key, a key of nothing and a project that is not there: the same words for all."""
    routes = routes_of_deployments(create_app(application))
    assert len(routes) == 3
    assert ask(client, *routes[0], key).status_code == 202
    of_nothing = key[:-4] + "AAAA"
    for method, path in routes:
        elsewhere = path.replace("parts", "no-such-project")
        answers = [
            ask(client, method, path, foreign), ask(client, method, path, of_nothing),
            ask(client, method, path, f"lsal_{'0' * 16}_{'A' * 43}"),
            ask(client, method, elsewhere, key),
        ]  # fmt: skip
        assert {answer.status_code for answer in answers} == {401}, path
        assert len({answer.data for answer in answers}) == 1, path
    assert list(application.spool.pending("doors")) == []


def test_keys_cannot_be_guessed_from_one_another(application: Application) -> None:
    keys = [application.deployments.register("parts", f"d{n}", utc_now())[1] for n in range(20)]
    secrets = [key.split("_", 2)[2] for key in keys]
    assert len(set(secrets)) == 20
    assert {len(secret) for secret in secrets} == {43}, "256 bits in base64"
    assert not any(secret in other for secret in secrets for other in keys if secret not in other)


def test_a_frame_is_known_by_its_event_and_its_project() -> None:
    """Ids are no secrets: they open nothing by themselves. Yet projects do not share them."""
    assert frame_id("parts", "shot-1") != frame_id("doors", "shot-1")
    assert frame_id("parts", "shot-1") != frame_id("parts", "shot-2")


@pytest.mark.parametrize(
    "way", ["project", "frame", "later", "unsigned", "of another installation"]
)
def test_an_upload_address_opens_one_frame_of_one_project(
    client: Client, application: Application, way: str
) -> None:
    frame, until = frame_id("parts", "shot-1"), utc_now() + timedelta(minutes=5)
    address = application.upload_addresses.path("parts", frame, until)
    match way:
        case "project":
            changed = address.replace("/parts/", "/doors/")
        case "frame":
            changed = address.replace(frame, frame_id("parts", "shot-2"))
        case "later":
            changed = address.replace("expires=", "expires=9")
        case "unsigned":
            changed = address.partition("&signature=")[0]
        case _:
            changed = address[:-1] + ("0" if address[-1] != "0" else "1")
    assert client.put(changed, data=jpeg()).status_code == 403
    assert client.put(address, data=jpeg()).status_code in {200, 202, 410}


def test_the_secret_of_a_batchs_webhook_opens_that_batch(
    client: Client, application: Application
) -> None:
    batch = add_batch(application)
    secret = application.hook_secrets.of("parts", batch.name)
    asked = [("parts", batch.name), ("parts", "2026-11-24"), ("doors", batch.name), ("", "")]
    statuses = [
        client.post(
            f"{EVENTS}?project={project}&batch={name}", headers={SECRET_HEADER: secret}, data=b"{}"
        ).status_code
        for project, name in asked
    ]
    assert statuses == [204, 403, 403, 403]


def test_a_session_is_not_a_key_nor_a_key_a_session(client: Client, key: str) -> None:
    assert client.get("/queue", headers={"Authorization": f"Bearer {key}"}).status_code == 303
    assert client.get("/metrics", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    cookie = {"Cookie": f"lsal_session={key}"}
    assert client.get("/queue", headers=cookie).status_code == 303
    assert client.post("/v1/projects/parts/events", data=b"{}", headers=cookie).status_code == 401
