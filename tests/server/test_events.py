"""The webhook: what is kept, what is turned away, and what every bad post is told."""

import base64
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from tests.samples import box, encoded, jpeg, prediction, settings
from tests.server.rsgi import Answered, Client

PATH = "/v1/projects/parts/events"
MARKUP = "<script>alert(1)</script>"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def event(**changes: Any) -> dict[str, Any]:
    image = {"base64": base64.b64encode(jpeg()).decode()}
    return {"event_id": "e1", "prediction": prediction(box()), "image": image} | changes


def post_json(client: Client, key: str, body: object, path: str = PATH) -> Answered:
    data = body if isinstance(body, bytes | str) else encoded(body)
    return client.post(path, data=data, headers=bearer(key), content_type="application/json")


def post_form(client: Client, key: str, **changes: Any) -> Answered:
    fields = {
        "event_id": "e1",
        "prediction": encoded(prediction(box())),
        "image": (BytesIO(jpeg()), "shot.jpg"),
    }
    return client.post(PATH, data=fields | changes, headers=bearer(key))


def assert_problem(answer: Answered, status: int, field: str = "") -> Mapping[str, Any]:
    assert answer.content_type == "application/problem+json", answer.text
    body: Mapping[str, Any] = answer.get_json()
    assert (answer.status_code, body["status"]) == (status, status), body
    assert [error["field"] for error in body.get("errors", [])] == ([field] if field else [])
    return body


def assert_nothing_kept(application: Application) -> None:
    keys = [key for key in application.store.keys("projects/") if "/settings/" not in key]
    assert keys == []


def test_a_kept_frame_is_durable_before_the_answer(
    client: Client, key: str, application: Application
) -> None:
    answer = post_json(client, key, event(timestamp="2026-11-23T10:00:00+01:00"))
    assert answer.status_code == 202
    told = answer.get_json()
    assert (told["outcome"], told["rule"]) == ("kept", "unsure")
    frame = application.spool.frame("parts", told["frame_id"])
    assert frame is not None
    assert application.spool.image(frame) == jpeg()
    assert frame.captured_at.isoformat() == "2026-11-23T10:00:00+01:00"
    assert frame.deployment == "line-3"


def test_multipart_and_json_are_the_same_event(client: Client, key: str) -> None:
    sent_as_form = post_form(client, key)
    assert sent_as_form.status_code == 202
    assert post_json(client, key, event()).get_json() == sent_as_form.get_json()


def test_the_same_event_again_is_the_same_frame(
    client: Client, key: str, application: Application
) -> None:
    answers = [post_json(client, key, event()).get_json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(application.spool.pending("parts")) == 1


def test_another_body_under_the_same_id_is_a_conflict(client: Client, key: str) -> None:
    post_json(client, key, event())
    other = event(prediction=prediction(box(confidence=0.42)))
    assert_problem(post_json(client, key, other), 409)


def test_what_no_rule_wants_is_turned_away_with_the_reason(
    client: Client, key: str, application: Application
) -> None:
    answer = post_json(client, key, event(prediction=prediction(box(confidence=0.9))))
    assert answer.status_code == 200
    assert answer.get_json()["outcome"] == "no_rule_matched"
    assert_nothing_kept(application)


def test_a_cap_turns_away_what_is_over_it(
    client: Client, key: str, application: Application
) -> None:
    application.history.add(settings(limits={"per_day": 2}), "test", utc_now())
    told = [post_json(client, key, event(event_id=f"e{n}")).get_json() for n in range(4)]
    assert [each["outcome"] for each in told] == ["kept", "kept", "cap_reached", "cap_reached"]
    assert told[-1]["reason"] == "cap of the project per day"
    assert len(application.spool.pending("parts")) == 2


def test_a_prediction_that_does_not_say_its_size_has_the_images(
    client: Client, key: str, application: Application
) -> None:
    sizeless = {"boxes": [box()]}
    answer = post_json(client, key, event(prediction=sizeless))
    assert answer.status_code == 202
    frame = application.spool.frame("parts", answer.get_json()["frame_id"])
    assert frame is not None
    assert (frame.prediction.width, frame.prediction.height) == (320, 240)
    outside = {"boxes": [box(xyxy=[10, 10, 900, 90])]}
    other = post_json(client, key, event(event_id="e2", prediction=outside))
    assert_problem(other, 422, "prediction.boxes[0].xyxy")


def test_unknown_classes_are_welcome_where_the_settings_say_so(
    client: Client, key: str, application: Application
) -> None:
    application.history.add(settings(unknown_classes="keep", rules=[]), "test", utc_now())
    unknown = event(prediction=prediction(box("rust")))
    assert post_json(client, key, unknown).status_code == 202
    unprintable = event(event_id="e2", prediction=prediction(box("a\u0000b")))
    assert_problem(post_json(client, key, unprintable), 422, "prediction.boxes[0].class")


def test_what_looks_like_a_kept_frame_is_turned_away_with_the_distance(
    client: Client, key: str, application: Application
) -> None:
    near = {"within": "1h", "distance": 4}
    application.history.add(settings(near_duplicates=near), "test", utc_now())
    first = post_json(client, key, event()).get_json()
    again = post_json(client, key, event(event_id="e2")).get_json()
    assert again["outcome"] == "near_duplicate"
    assert again["reason"] == f"looks like frame {first['frame_id']}: 0 of 64 bits differ"
    other = {"base64": base64.b64encode(jpeg(seed=8)).decode()}
    assert post_json(client, key, event(event_id="e3", image=other)).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no key"),
        pytest.param({"Authorization": "Bearer"}, id="empty key"),
        pytest.param({"Authorization": "Basic YTpi"}, id="another scheme"),
        pytest.param(bearer("lsal_0123456789abcdef_wrong"), id="wrong key"),
        pytest.param(bearer("lsal_../../../../etc_x"), id="a path"),
    ],
)
def test_without_a_right_key_nothing_opens(
    client: Client, headers: dict[str, str], application: Application
) -> None:
    answer = client.post(PATH, data=encoded(event()), headers=headers)
    assert_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert_nothing_kept(application)


def test_a_right_id_with_a_wrong_secret_opens_nothing(client: Client, key: str) -> None:
    assert_problem(post_json(client, key[:-1] + "!", event()), 401)


@pytest.mark.parametrize("project", ["other", "no-such-project"])
def test_a_key_opens_its_own_project_alone(
    client: Client, key: str, application: Application, project: str
) -> None:
    application.history.add(settings(project="other"), "test", utc_now())
    path = f"/v1/projects/{project}/events"
    assert_problem(post_json(client, key, event(), path), 401)


def test_another_media_type_is_refused(client: Client, key: str) -> None:
    answer = client.post(PATH, data=b"x", headers=bearer(key), content_type="image/jpeg")
    assert "application/json" in assert_problem(answer, 415)["detail"]


def test_a_body_over_the_limit_is_refused(client: Client, key: str) -> None:
    assert_problem(post_json(client, key, b"x" * 2_000_001), 413)


def test_nothing_that_was_sent_comes_back_as_a_page(client: Client, key: str) -> None:
    answer = post_json(client, key, event(prediction=prediction(box(MARKUP))))
    assert answer.content_type == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_path_is_a_problem_too(client: Client) -> None:
    assert_problem(client.get("/nowhere"), 404)
    assert_problem(client.get(PATH), 405)


ROBOFLOW = {
    "inference_id": "b1e2",
    "image": {"width": None, "height": None},
    "predictions": [
        {"x": 64, "y": 48, "width": 64, "height": 48, "confidence": 0.41, "class": "dent"}
    ],
}


@pytest.mark.parametrize("named", [{}, {"format": "roboflow"}], ids=["recognised", "named"])
def test_a_roboflow_response_is_taken_as_it_is(
    client: Client, key: str, application: Application, named: dict[str, str]
) -> None:
    answer = post_form(client, key, event_id="", prediction=encoded(ROBOFLOW), **named)
    assert answer.status_code == 202, answer.text
    frame = application.spool.frame("parts", answer.get_json()["frame_id"])
    assert frame is not None
    assert (frame.event_id, frame.prediction.boxes[0].xyxy) == ("b1e2", (32, 24, 96, 72))


def test_an_unknown_format_is_told_the_known_ones(client: Client, key: str) -> None:
    problem = assert_problem(post_form(client, key, format="yolo9000"), 422, "format")
    assert "roboflow" in problem["errors"][0]["expected"]
