"""What every bad post is told: the field, its value and what was expected; and nothing is kept."""

import base64
from io import BytesIO
from typing import Any

import pytest

from plugin.bootstrap import Application
from tests.samples import box, jpeg, prediction
from tests.server.rsgi import Client
from tests.server.test_events import (
    MARKUP,
    assert_nothing_kept,
    assert_problem,
    event,
    post_form,
    post_json,
)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(b'{"event_id": "e1", ', "body", id="broken JSON"),
        pytest.param(b"", "body", id="nothing"),
        pytest.param(b"[1, 2]", "body", id="no object"),
        pytest.param(event(nonsense=1), "body", id="unknown field"),
        pytest.param(event(event_id=7), "event_id", id="id is a number"),
        pytest.param(event(event_id="x" * 201), "event_id", id="id too long"),
        pytest.param(event(timestamp="yesterday"), "timestamp", id="no time"),
        pytest.param(event(timestamp="2026-11-23T10:00:00"), "timestamp", id="no zone"),
        pytest.param(event(metadata={"a": [1]}), "metadata[...]", id="metadata nested"),
        pytest.param(event(prediction=None), "prediction", id="no prediction"),
        pytest.param(event(image={}), "image", id="an image that is nothing"),
        pytest.param(
            event(image={"base64": "", "url": "https://example.com/a.jpg"}), "image", id="both"
        ),
        pytest.param(event(image={"base64": "####"}), "image.base64", id="no base64"),
        pytest.param(
            event(image={"base64": base64.b64encode(jpeg()[:-3000]).decode()}),
            "image",
            id="truncated JPEG",
        ),
        pytest.param(
            event(prediction=prediction(box(xyxy=[32, 24, 900, 72]))),
            "prediction.boxes[0].xyxy",
            id="box outside the image",
        ),
        pytest.param(
            event(prediction=prediction(box(), box(MARKUP))),
            "prediction.boxes[1].class",
            id="unknown class",
        ),
        pytest.param(
            event(prediction=prediction(box(), width=640, height=480)),
            "prediction.width, prediction.height",
            id="prediction of another size",
        ),
    ],
)
def test_bad_json_is_told_the_field(
    client: Client, key: str, application: Application, body: object, field: str
) -> None:
    assert_problem(post_json(client, key, body), 422, field)
    assert_nothing_kept(application)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"prediction": "{"}, "prediction", id="broken JSON"),
        pytest.param({"prediction": ""}, "prediction", id="no prediction"),
        pytest.param({"image": (BytesIO(b"<html>"), "a.jpg")}, "image", id="a page"),
        pytest.param({"image": (BytesIO(b""), "a.jpg")}, "image", id="an empty file"),
        pytest.param({"nonsense": "1"}, "nonsense", id="unknown field"),
        pytest.param({"timestamp": "soon"}, "timestamp", id="no time"),
        pytest.param({"metadata": "[]"}, "metadata", id="metadata is a list"),
    ],
)
def test_a_bad_form_is_told_the_field(
    client: Client, key: str, application: Application, changes: Any, field: str
) -> None:
    assert_problem(post_form(client, key, **changes), 422, field)
    assert_nothing_kept(application)
