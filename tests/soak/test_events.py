"""The events mean what their kinds say, to our own rules."""

import json
from collections import Counter
from itertools import count, islice
from pathlib import Path

import pytest

from benchmarks.soak import events
from benchmarks.soak.events import Kind
from benchmarks.soak.installation import settings
from benchmarks.soak.pictures import picture
from benchmarks.soak.proving import is_as_posted
from plugin.clock import utc_now
from plugin.domain.deciding import Outcome
from plugin.formats.label_studio import encode_prediction
from plugin.formats.native import decode_event
from plugin.formats.predictions import decode_prediction, expected_by
from plugin.images import inspect
from plugin.services.intake.gates import Gates
from plugin.services.intake.receiving import Answer, Receiver
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from plugin.stores.settings_history import SettingsHistory

MANY = 8_000


def of_kind(kind: Kind, number: int) -> list[int]:
    return list(islice((each for each in count() if events.drawn(each).kind is kind), number))


def test_kinds_come_in_their_shares() -> None:
    found = Counter(events.drawn(number).kind for number in range(MANY))
    for kind, share in events.SHARES.items():
        assert found[kind] / MANY == pytest.approx(share, rel=0.3)
    assert 0.9 * (1 - events.SAMPLED) > events.KEPT_SHARE, "most events are not kept"


def test_an_event_follows_from_its_number_alone() -> None:
    assert events.boxes(7) == events.boxes(7) != events.boxes(8)
    assert events.number_of(events.event_id(7)) == 7


def test_boxes_lie_in_their_image() -> None:
    for number in range(200):
        width, height = events.drawn(number).size
        for box in events.boxes(number):
            left, top, right, bottom = box["xyxy"]
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height


def test_the_rules_want_what_they_should(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    history, now = SettingsHistory(store), utc_now()
    history.add(settings(spots_per_minute=5), "test", now)
    deployment, _ = Deployments(store).register(events.PROJECT, "line-3", now)
    receiver = Receiver(Gates(history))

    def told(body: bytes) -> str:
        answer = receiver.decide(deployment, decode_event(body), now)
        if isinstance(answer, Answer):
            return answer.outcome
        return ",".join(rule.name for rule in answer.matched)

    for kind, rule in ((Kind.UNSURE, "unsure"), (Kind.LATER, "unsure"), (Kind.SPOT, "spot"),
                       (Kind.ALIKE, "unsure")):  # fmt: skip
        found = {told(events.posted(each, events.prediction(each))) for each in of_kind(kind, 30)}
        assert found == {rule, Outcome.NOT_SAMPLED}
    assert {told(events.plain(number)) for number in range(200)} == {
        Outcome.NOT_SAMPLED, Outcome.NO_RULE_MATCHED,
    }  # fmt: skip


@pytest.mark.parametrize("number", range(5))
def test_boxes_that_came_back_are_told_from_others(number: int) -> None:
    body = events.prediction(number).encode()
    posted = decode_prediction(body, expected_by(settings(spots_per_minute=None)))
    drawn = json.loads(json.dumps(encode_prediction(posted, "label", "image")))
    task = {"data": {"event_id": events.event_id(number)}, "predictions": [drawn]}
    assert is_as_posted(task)
    drawn["result"][0]["value"]["x"] += 1
    assert not is_as_posted(task)
    assert not is_as_posted(task | {"predictions": []})


def test_pictures_look_different() -> None:
    looks = [
        inspect(picture(size, seed), with_look=True).look or 0
        for size in events.SIZES
        for seed in range(8)
    ]
    assert min(
        (one ^ other).bit_count() for n, one in enumerate(looks) for other in looks[:n]
    ) > 4  # fmt: skip
