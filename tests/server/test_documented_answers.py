"""Every answer that the document lists for deployments is one that the server gives."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from tests.samples import encoded, jpeg, settings
from tests.server.documented import API, assert_documented
from tests.server.rsgi import Answered, Client
from tests.server.test_events import PATH, bearer, event, post_json
from tests.server.test_uploads import reserve, upload
from webhook_server.front import create_front

Case = Callable[[Client, str, Application], Answered]

JSON = "application/json"
TOO_SLOW = {"408"}
"""Comes after a minute or two of silence."""


def raw(client: Client, key: str, body: bytes = b"{}", **options: Any) -> Answered:
    headers = bearer(key) | options.pop("headers", {})
    kind = options.pop("content_type", JSON)
    return client.post(PATH, data=body, headers=headers, content_type=kind, **options)


def put(client: Client, key: str, **headers: str) -> Answered:
    return client.put(reserve(client, key), data=jpeg(), headers=headers)


def break_disk(application: Application) -> None:
    folder = Path(application.store_folder, "projects/parts/images")
    folder.write_text("a file where a folder should be: the disk refuses")


def conflict(client: Client, key: str, _: Application) -> Answered:
    post_json(client, key, event())
    return post_json(client, key, event(image=None))


def unknown_project(client: Client, _: str, application: Application) -> Answered:
    key = application.deployments.register("unknown", "line-9", utc_now())[1]
    path = "/v1/projects/unknown/events"
    return post_json(client, key, event(), path)


def too_many(_: Client, key: str, application: Application) -> Answered:
    limited = Application(application.config.model_copy(update={"max_event_rate": 1}))
    front = create_front(limited)
    front.start()
    try:
        return [post_json(Client(front), key, event()) for _ in range(4)][-1]
    finally:
        front.stop()
        limited.close()


def event_without_a_disk(client: Client, key: str, application: Application) -> Answered:
    break_disk(application)
    return post_json(client, key, event())


EVENTS: dict[str, Case] = {
    "200": lambda client, key, _: post_json(client, key, event(prediction={"boxes": []})),
    "202": lambda client, key, _: post_json(client, key, event()),
    "400": lambda client, key, _: raw(client, key, headers={"Content-Encoding": "gzip"}),
    "401": lambda client, _, __: raw(client, "lsal_0123456789abcdef_wrong"),
    "404": unknown_project,
    "409": conflict,
    "413": lambda client, key, _: raw(client, key, b"x" * 2_000_001),
    "415": lambda client, key, _: raw(client, key, content_type="image/jpeg"),
    "422": lambda client, key, _: raw(client, key),
    "429": too_many,
    "503": event_without_a_disk,
}


def near_duplicate(client: Client, key: str, application: Application) -> Answered:
    near = {"within": "1h", "distance": 4}
    application.history.add(settings(near_duplicates=near), "test", utc_now())
    upload(client, reserve(client, key, "e1"))
    return upload(client, reserve(client, key, "e2"))


def twice(client: Client, key: str, _: Application) -> Answered:
    address = reserve(client, key)
    return [upload(client, address) for _ in range(2)][-1]


def given_up(client: Client, key: str, application: Application) -> Answered:
    address = reserve(client, key)
    application.completer.expire("parts", utc_now() + timedelta(hours=1))
    return upload(client, address)


def no_project_any_more(client: Client, key: str, application: Application) -> Answered:
    address = reserve(client, key)
    for each in application.store.keys("projects/parts/settings/"):
        application.store.delete(each)
    vars(application)["history"]._cache.clear()
    return upload(client, address)


def image_without_a_disk(client: Client, key: str, application: Application) -> Answered:
    address = reserve(client, key)
    break_disk(application)
    return upload(client, address)


UPLOADS: dict[str, Case] = {
    "200": near_duplicate,
    "202": lambda client, key, _: put(client, key),
    "400": lambda client, key, _: put(client, key, **{"Content-Encoding": "gzip"}),
    "403": lambda client, key, _: upload(client, reserve(client, key) + "0"),
    "404": no_project_any_more,
    "409": twice,
    "410": given_up,
    "413": lambda client, key, _: upload(client, reserve(client, key), b"x" * 2_000_001),
    "415": lambda client, key, _: put(client, key, **{"Content-Encoding": "br"}),
    "422": lambda client, key, _: upload(client, reserve(client, key), b"<html>"),
    "503": image_without_a_disk,
}

OPERATIONS = {
    "events": (API["paths"]["/v1/projects/{project}/events"]["post"], EVENTS),
    "uploads": (API["paths"]["/v1/uploads/{project}/{frame_id}"]["put"], UPLOADS),
}
CASES = [(name, status) for name, (_, cases) in OPERATIONS.items() for status in cases]


@pytest.mark.parametrize(("name", "status"), CASES)
def test_an_answer_is_given_as_it_is_documented(
    client: Client, key: str, application: Application, name: str, status: str
) -> None:
    operation, cases = OPERATIONS[name]
    answer = cases[status](client, key, application)
    assert str(answer.status_code) == status, answer.text
    assert_documented(operation, answer)


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_answer_is_documented_that_is_never_given(name: str) -> None:
    operation, cases = OPERATIONS[name]
    assert set(operation["responses"]) - TOO_SLOW == set(cases)


def test_a_key_that_is_too_long_is_refused_whether_it_counts_or_not(
    client: Client, key: str
) -> None:
    for body in (b'{"event_id": "e1", "prediction": {}}', b'{"prediction": {}}'):
        answer = raw(client, key, body, headers={"Idempotency-Key": "x" * 201})
        assert answer.get_json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_parameter_that_is_neither_yes_nor_no_is_refused(client: Client, key: str) -> None:
    body = encoded({"prediction": {}}).encode()
    answers = [
        client.post(f"{PATH}?explain={value}", data=body, headers=bearer(key), content_type=JSON)
        for value in ("maybe", "1", "TRUE", "false", "")
    ]
    assert [each.status_code for each in answers] == [422, 200, 200, 200, 200]
    assert answers[0].get_json()["errors"][0]["expected"] == "true or false"
