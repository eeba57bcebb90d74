"""What the client does with a frame: decide, keep, count, and never raise."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from plugin.client import ActiveLearningClient
from plugin.domain.deciding import Decider
from plugin.domain.prediction import Box, Prediction
from tests.edge.conftest import MakeClient
from tests.edge.frames import DENT, SURE
from tests.edge.loopback import Loopback
from tests.edge.waiting import with_rules
from tests.samples import box, encoded, jpeg, prediction, settings


def test_a_kept_frame_is_posted_and_its_image_uploaded(
    server: Loopback, make_client: MakeClient
) -> None:
    client, image = make_client(server, model_version="parts-7"), jpeg()
    taken_at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    fields: Any = {"event_id": "e1", "timestamp": taken_at, "metadata": {"line": 3}}
    client.submit(image, prediction(box()), **fields)
    assert client.flush()
    assert server.events["e1"] == {
        "event_id": "e1", "timestamp": "2026-11-23T10:00:00Z", "model_version": "parts-7",
        "metadata": {"line": 3}, "format": "native", "prediction": prediction(box()),
    }  # fmt: skip
    assert server.uploaded("e1") == ("image/jpeg", image)
    stats = client.stats()
    assert (stats.submitted, stats.kept, stats.sent, stats.spooled) == (1, 1, 1, 0)


def test_what_no_rule_wants_costs_the_server_a_number_alone(
    server: Loopback, make_client: MakeClient, folder: Path
) -> None:
    client = with_rules(make_client(server))
    for _ in range(1000):
        client.submit(jpeg(), SURE)
    assert client.flush()
    assert server.counted() == {"no_rule_matched": 1000}
    assert server.asked("events") == []
    assert not list((folder / "events").iterdir())
    assert client.stats().refused == {"no_rule_matched": 1000}


def test_the_edge_draws_as_the_server_does(server: Loopback, make_client: MakeClient) -> None:
    server.rules = settings(sampling_rate=0.2, seed=11)
    decider, ids = Decider(server.rules), [f"e{n}" for n in range(200)]
    client = with_rules(make_client(server))
    for event_id in ids:
        client.submit(jpeg(), DENT, event_id=event_id)
    assert client.flush()
    kept = {event_id for event_id in ids if decider.decide(event_id, DENT).refused is None}
    assert 0 < len(kept) < 200
    assert server.events.keys() == kept
    assert server.counted() == {"not_sampled": 200 - len(kept)}


def test_a_project_that_is_off_refuses_everything(
    server: Loopback, make_client: MakeClient
) -> None:
    server.rules = settings(enabled=False)
    client = with_rules(make_client(server))
    client.submit(jpeg(), DENT)
    client.submit(jpeg(), SURE)
    assert client.flush()
    assert (server.counted(), server.events) == ({"disabled": 2}, {})


@pytest.mark.parametrize("outcome", ["cap_reached", "near_duplicate"])
def test_what_the_server_does_not_want_is_not_uploaded(
    server: Loopback, make_client: MakeClient, outcome: str
) -> None:
    server.outcome = outcome
    client = make_client(server)
    client.submit(jpeg(), DENT)
    assert client.flush()
    assert (server.images, client.stats().turned_away) == ({}, {outcome: 1})


NUMPY: Any = (np.float32(0.5), np.array([32, 24, 96, 72]))
ROBOFLOW = {
    "inference_id": "b1e2",
    "predictions": [
        {"x": 64, "y": 48, "width": 64, "height": 48, "confidence": 0.41, "class": "dent"}
    ],
}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(DENT, id="our type"),
        pytest.param(Prediction(320, 240, (Box("dent", *NUMPY),)), id="our type of numpy's"),
        pytest.param(prediction(box()), id="dict"),
        pytest.param(encoded(prediction(box())), id="text"),
        pytest.param(encoded(prediction(box())).encode(), id="bytes"),
        pytest.param(bytearray(encoded(prediction(box())).encode()), id="bytearray"),
        pytest.param(prediction(box() | {"confidence": np.float32(0.5)}), id="numpy numbers"),
        pytest.param(ROBOFLOW, id="Roboflow"),
        pytest.param({"xyxy": np.array([[32, 24, 96, 72]]), "data": {"class_name": ["dent"]},
                      "confidence": np.array([0.41])}, id="columns"),
    ],
)  # fmt: skip
def test_a_prediction_may_have_any_accepted_form(
    server: Loopback, make_client: MakeClient, given: object
) -> None:
    client = make_client(server)
    client.submit(jpeg(), given)
    assert client.flush()
    (event,) = server.events.values()
    (seen,) = event["prediction"]["boxes"]
    assert (seen["class"], seen["xyxy"]) == ("dent", [32, 24, 96, 72])


def test_an_event_has_the_id_that_roboflow_gave_it_or_one_of_its_own(
    server: Loopback, make_client: MakeClient
) -> None:
    client = with_rules(make_client(server))
    client.submit(jpeg(), ROBOFLOW)
    client.submit(jpeg(), DENT)
    client.submit(jpeg(), DENT)
    assert client.flush()
    assert len(server.events) == 3
    assert "b1e2" in server.events


def test_many_threads_may_submit_at_once(server: Loopback, make_client: MakeClient) -> None:
    client = with_rules(make_client(server))

    def work(number: int) -> None:
        for index in range(500):
            client.submit(jpeg(), DENT if index % 100 == 0 else SURE, event_id=f"{number}-{index}")

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush()
    stats = client.stats()
    assert (stats.submitted, stats.sent) == (2000, 20)
    assert server.counted() == {"no_rule_matched": 1980}
    assert len(server.images) == 20


def test_details_are_asked_for_only_what_is_kept(server: Loopback, make_client: MakeClient) -> None:
    server.rules = settings(task_type="instance-segmentation")
    client, asked = with_rules(make_client(server)), []

    def details(name: str, confidence: float) -> Callable[[], object]:
        def give() -> object:
            asked.append(name)
            return prediction(box(confidence=confidence, polygon=[[32, 24], [96, 24], [96, 72]]))

        return give

    client.submit(jpeg(), SURE, event_id="sure", details=details("sure", 0.9))
    client.submit(jpeg(), DENT, event_id="unsure", details=details("unsure", 0.41))
    assert client.flush()
    assert asked == ["unsure"]
    assert server.events["unsure"]["prediction"]["boxes"][0]["polygon"][2] == [96, 72]


def test_details_that_cannot_be_had_are_left_out(server: Loopback, make_client: MakeClient) -> None:
    def fail() -> object:
        raise RuntimeError("the model is gone")

    client = make_client(server)
    client.submit(jpeg(), DENT, event_id="e1", details=fail)
    assert client.flush()
    assert server.events["e1"]["prediction"] == prediction(box())
    assert "the model is gone" in client.stats().last_trouble


def test_a_time_without_a_zone_is_this_machines(server: Loopback, make_client: MakeClient) -> None:
    client, naive = make_client(server), datetime(2026, 11, 23, 10, 0)
    client.submit(jpeg(), DENT, event_id="e1", timestamp=naive)
    assert client.flush()
    sent = datetime.fromisoformat(server.events["e1"]["timestamp"])
    assert sent == naive.astimezone()


def test_after_the_end_submitting_does_nothing(server: Loopback, make_client: MakeClient) -> None:
    with make_client(server) as client:
        client.submit(jpeg(), DENT)
    assert len(server.images) == 1
    client.submit(jpeg(), DENT)
    assert client.stats().submitted == 1
    assert isinstance(client, ActiveLearningClient)
    assert client.close()
