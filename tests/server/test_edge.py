"""What clients at the edge ask for and report."""

from datetime import timedelta
from typing import Any

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.settings import ProjectSettings
from tests.samples import encoded, settings
from tests.server.rsgi import Answered, Client
from tests.server.test_events import assert_problem, bearer

RULES = "/v1/projects/parts/rules"
COUNTS = "/v1/projects/parts/counts"


def test_the_rules_are_the_settings_in_force(
    client: Client, key: str, application: Application
) -> None:
    answer = client.get(RULES, headers=bearer(key))
    given = answer.get_json()
    assert ProjectSettings.model_validate(given["settings"]) == settings()
    assert given["version"] == application.history.newest("parts").version


def test_rules_that_are_known_are_not_sent_again(
    client: Client, key: str, application: Application
) -> None:
    etag = client.get(RULES, headers=bearer(key)).headers["ETag"]
    known = bearer(key) | {"If-None-Match": etag}
    again = client.get(RULES, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    application.history.add(settings(sampling_rate=0.5), "test", utc_now())
    vars(application)["history"]._cache.clear()
    changed = client.get(RULES, headers=known)
    assert (changed.status_code, changed.get_json()["version"]) == (200, 2)


@pytest.mark.parametrize("path", [RULES, "/v1/projects/other/rules"])
def test_rules_are_nobody_elses(client: Client, key: str, path: str) -> None:
    wrong = key if "other" in path else "wrong"
    assert_problem(client.get(path, headers=bearer(wrong)), 401)


def report(
    client: Client, key: str, report_id: str = "r1", hours: float = 0, **changes: Any
) -> Answered:
    hour = utc_now() - timedelta(hours=hours)
    count = {"hour": hour, "outcome": "not_sampled", "number": 5000} | changes
    body = encoded({"report_id": report_id, "counts": [count]})
    return client.post(COUNTS, data=body, headers=bearer(key), content_type="application/json")


def test_counts_are_taken_once(client: Client, key: str, application: Application) -> None:
    answers = [report(client, key, each).get_json() for each in ("r1", "r1", "r2")]
    assert [each["taken"] for each in answers] == [True, False, True]
    client.front.flusher.flush()
    assert application.funnel.totals("parts")["edge:not_sampled"] == 10_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": 31 * 24}, "counts[0].hour"),
        ({"hours": -2}, "counts[0].hour"),
        ({"number": 0}, "counts[0].number"),
        ({"number": 10**10}, "counts[0].number"),
        ({"outcome": "kept"}, "counts[0].outcome"),
        ({"report_id": ""}, "report_id"),
        ({"nonsense": 1}, "counts[0]"),
    ],
    ids=str,
)
def test_a_wrong_report_is_told_the_field(
    client: Client, key: str, application: Application, changes: dict[str, Any], field: str
) -> None:
    problem = assert_problem(report(client, key, **changes), 422, field)
    assert problem["errors"][0]["expected"]
    client.front.flusher.flush()
    assert application.funnel.totals("parts") == {}
