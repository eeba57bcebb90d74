"""Which event a post is: by its id, by Idempotency-Key, or by what is in it."""

from typing import Any

import pytest

from plugin.bootstrap import Application
from tests.samples import box, encoded, prediction
from tests.server.rsgi import Answered, Client
from tests.server.test_events import PATH, assert_problem, bearer, event


def post(client: Client, key: str, body: dict[str, Any], idempotency_key: str = "") -> Answered:
    headers = bearer(key) | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})
    return client.post(PATH, data=encoded(body), headers=headers, content_type="application/json")


def test_the_header_is_the_id_of_an_event_without_one(
    client: Client, key: str, application: Application
) -> None:
    first = post(client, key, event(event_id=""), "shot-1")
    again = post(client, key, event(event_id="", model_version="other"), "shot-1")
    assert first.get_json() == again.get_json()
    [frame_id] = application.spool.pending("parts")
    frame = application.spool.frame("parts", frame_id)
    assert frame is not None
    assert frame.event_id == "shot-1"
    other = event(event_id="", prediction=prediction(box(confidence=0.5)))
    assert_problem(post(client, key, other, "shot-1"), 409)


def test_an_events_own_id_goes_first(client: Client, key: str, application: Application) -> None:
    post(client, key, event(event_id="own"), "header")
    post(client, key, event(event_id="own"), "another header")
    assert len(application.spool.pending("parts")) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"prediction": prediction(box(confidence=0.5))}, id="prediction"),
        pytest.param({"timestamp": "2026-11-23T10:00:00Z"}, id="time"),
        pytest.param({"image": None}, id="image"),
    ],
)
def test_without_an_id_the_content_tells_events_apart(
    client: Client, key: str, other: dict[str, Any]
) -> None:
    same = [post(client, key, event(event_id="")).get_json()["frame_id"] for _ in range(2)]
    different = post(client, key, event(event_id="") | other).get_json()["frame_id"]
    assert len({*same, different}) == 2


def test_a_form_with_a_thousand_parts_is_refused(client: Client, key: str) -> None:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="field-{n}"\r\n\r\n{n}\r\n'
        for n in range(1000)
    )
    answer = client.post(
        PATH,
        data=f"{parts}--x--\r\n",
        headers=bearer(key),
        content_type="multipart/form-data; boundary=x",
    )
    assert_problem(answer, 413)


@pytest.mark.parametrize(
    ("body", "content_type", "field"),
    [
        pytest.param("--x--\r\n", "multipart/form-data", "Content-Type", id="no boundary"),
        pytest.param("--x\r\nnonsense", "multipart/form-data; boundary=x", "body", id="cut short"),
        pytest.param("", "multipart/form-data; boundary=x", "body", id="nothing"),
    ],
)
def test_a_broken_form_is_told_what_is_wrong(
    client: Client, key: str, body: str, content_type: str, field: str
) -> None:
    answer = client.post(PATH, data=body, headers=bearer(key), content_type=content_type)
    assert_problem(answer, 422, field)
