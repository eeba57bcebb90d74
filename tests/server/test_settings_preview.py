"""What a form of settings would have kept of recent traffic, and the versions there were before."""

from flask.testing import FlaskClient

from plugin.bootstrap import Application
from tests.samples import box, encoded, prediction, settings
from tests.server.project_page import PAGE, change, form, newest
from tests.server.rsgi import Client
from tests.server.test_events import PATH, bearer, event


def test_a_preview_says_what_would_have_been_kept(
    signed_in_client: FlaskClient, application: Application, client: Client, key: str
) -> None:
    for number in range(10):
        posted = event(event_id=f"e{number}", prediction=prediction(box("dent", number / 10)))
        answer = client.post(
            PATH, data=encoded(posted), headers=bearer(key), content_type="application/json"
        )
        assert answer.status_code < 300
    application.flusher.flush()
    fields = form(signed_in_client, "/conditions")
    fields["rules.0.when.confidence.below"] = "30%"
    said = signed_in_client.post(f"{PAGE}/preview", data=fields)
    assert said.status_code == 200
    words = " ".join(said.text.split())
    assert "would have kept <strong>3</strong> of the last 10 events (now: 6)" in words
    assert newest(application).settings.rules == settings().rules


def test_a_preview_without_traffic_says_so(signed_in_client: FlaskClient) -> None:
    fields = form(signed_in_client, "/limits")
    said = signed_in_client.post(f"{PAGE}/preview", data=fields)
    assert "No event came in lately" in said.text


def test_a_preview_lists_what_is_wrong(signed_in_client: FlaskClient) -> None:
    fields = form(signed_in_client, "/limits")
    fields["limits.per_hour"] = "<i>many"
    said = signed_in_client.post(f"{PAGE}/preview", data=fields)
    assert said.status_code == 200
    assert "Limits per hour" in said.text
    assert "a whole number" in said.text


def test_old_versions_are_on_pages_of_their_own(
    signed_in_client: FlaskClient, application: Application
) -> None:
    for seed in range(1, 31):
        change(application, seed=seed)
    assert "All versions" in signed_in_client.get(PAGE).text
    first = signed_in_client.get(f"{PAGE}/history").text
    assert "Version 31" in first
    assert "Version 11" not in first
    assert f"{PAGE}/history?before=12" in first
    older = signed_in_client.get(f"{PAGE}/history?before=12").text
    assert "Version 11" in older
    assert "seed: 9 → 10" in older
    assert "Version 12" not in older
    assert signed_in_client.get(f"{PAGE}/history?before=nine").status_code == 200
