"""Whatever is submitted, nothing is raised: it is counted, and told once in a while."""

import logging
from typing import Any

import pytest

from plugin.domain.prediction import Box, Prediction
from tests.edge.conftest import MakeClient
from tests.edge.frames import DENT, RED
from tests.edge.loopback import Fault, Loopback
from tests.edge.waiting import wait_until, with_rules
from tests.samples import box, jpeg, prediction


class Hostile:
    """Raises whatever is asked of it."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


BAD: list[Any] = [
    pytest.param((jpeg(), None, {}), id="no prediction"),
    pytest.param((jpeg(), "{", {}), id="broken JSON"),
    pytest.param((jpeg(), {"boxes": [{"class": "dent"}]}, {}), id="a box without corners"),
    pytest.param((jpeg(), prediction(box("rust")), {}), id="unknown class"),
    pytest.param((jpeg(), Prediction(320, 240, (Box("dent", "x", (1, 2)),)), {}), id="wrong types"),  # type: ignore[arg-type]
    pytest.param((jpeg(), Hostile(), {}), id="an object that raises"),
    pytest.param((jpeg(), object(), {}), id="any object"),
    pytest.param((jpeg(), prediction(box()), {"format": "yolo9000"}), id="unknown format"),
    pytest.param((None, DENT, {}), id="no image"),
    pytest.param((b"<html>", DENT, {}), id="a page"),
    pytest.param((b"", DENT, {}), id="nothing"),
    pytest.param(("no-such-file.jpg", DENT, {}), id="no such file"),
    pytest.param((RED.astype(float), DENT, {}), id="array of floats"),
    pytest.param((RED[:0], DENT, {}), id="empty array"),
    pytest.param((Hostile(), DENT, {}), id="an image that raises"),
    pytest.param((jpeg(), DENT, {"event_id": 7}), id="id is a number"),
    pytest.param((jpeg(), DENT, {"event_id": "x" * 201}), id="id too long"),
    pytest.param((jpeg(), DENT, {"timestamp": "soon"}), id="no time"),
    pytest.param((jpeg(), DENT, {"metadata": {"a": [1]}}), id="metadata nested"),
    pytest.param((jpeg(), DENT, {"metadata": 7}), id="metadata is a number"),
]


@pytest.mark.parametrize("is_known", [True, False], ids=["decided at once", "held first"])
@pytest.mark.parametrize("submitted", BAD)
def test_whatever_is_submitted_nothing_is_raised(
    server: Loopback, make_client: MakeClient, submitted: tuple[Any, Any, Any], is_known: bool
) -> None:
    image, seen, fields = submitted
    told: list[str] = []
    if not is_known:
        server.fail("rules", *[Fault(503)] * 3)
    client = make_client(server, on_trouble=told.append)
    if is_known:
        with_rules(client)
    client.submit(image, seen, **fields)
    client.submit(jpeg(), DENT)
    assert client.flush()
    stats = client.stats()
    assert (stats.submitted, stats.errors, stats.sent) == (2, 1, 1)
    wait_until(lambda: any(sentence.startswith("error: ") for sentence in told))


def test_the_same_trouble_is_told_once_in_a_while(
    server: Loopback, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    client = with_rules(make_client(server))
    for _ in range(50):
        client.submit(jpeg(), "{")
        client.flush()
    client.close()
    errors = [each for each in caplog.messages if each.startswith("error: ")]
    assert len(errors) == 1
    assert client.stats().errors == 50


def test_a_callback_that_fails_stops_nothing(server: Loopback, make_client: MakeClient) -> None:
    def fail(message: str) -> None:
        raise RuntimeError(message)

    client = with_rules(make_client(server, on_trouble=fail))
    client.submit(jpeg(), "{")
    client.submit(jpeg(), DENT)
    assert client.flush()
    assert client.stats().sent == 1
