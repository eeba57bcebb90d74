"""What settings would have kept of recent events: as a replay says, and as if all were recorded."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from redis import Redis

from plugin.domain.errors import NotFoundError
from plugin.domain.settings import ProjectSettings
from plugin.formats.native import decode_event
from plugin.services.intake.gates import Gate
from plugin.services.intake.receiving import came
from plugin.services.rules.previewing import FRESH_FOR, MAX_SAMPLES, Preview, Previewer
from plugin.services.rules.replaying import Replay, Tally
from plugin.stores.backends.folder import FolderStore
from plugin.stores.measures.histograms import Histograms
from plugin.stores.measures.traffic import Traffic
from plugin.stores.settings_history import SettingsHistory, SettingsVersion
from tests.samples import NOW, box, prediction, settings

UNSURE = {"name": "unsure", "when": {"classes": ["dent"], "confidence": {"below": "60%"}}}
CROWDED = {"name": "crowded", "when": {"count": {"more_than": 2}}}

Came = tuple[datetime, bytes]


class Clock:
    """Seconds that pass when told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def history(tmp_path: Path) -> SettingsHistory:
    history = SettingsHistory(FolderStore(tmp_path))
    history.add(settings(rules=[UNSURE, CROWDED]), "test", NOW)
    return history


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def traffic(redis: Redis) -> Traffic:
    return Traffic(redis, Histograms(redis), Random(7))


@pytest.fixture
def previewer(history: SettingsHistory, traffic: Traffic, clock: Clock) -> Previewer:
    return Previewer(history, traffic, clock)


def stream(number: int, every: timedelta, seed: int = 7) -> list[Came]:
    """Events of up to four boxes, in their order."""
    random, events = Random(seed), []
    for each in range(number):
        classes = random.choices(("bolt", "dent", "scratch"), k=random.randrange(5))
        boxes = [box(name, round(random.random(), 3)) for name in classes]
        at = NOW + every * each
        fields = {"event_id": f"e{each}", "timestamp": at, "prediction": prediction(*boxes)}
        events.append((at, msgspec.json.encode(fields)))
    return events


def record(traffic: Traffic, events: Iterable[Came], a_flush: int, project: str = "parts") -> None:
    """Let events come in, so many between two flushes."""
    gate = Gate(SettingsVersion(1, settings(), "test", NOW))
    for number, (at, body) in enumerate(events, start=1):
        if traffic.wants(project):
            event = decode_event(body)
            traffic.record(project, came(gate, event, event.event_id, at))
        if number % a_flush == 0:
            traffic.flush()
    traffic.flush()


def replayed(value: ProjectSettings, events: Iterable[Came]) -> tuple[int, dict[str, int]]:
    """What a replay of all events keeps, and which rules are charged."""
    tally = Tally()
    for answer in Replay(value, explain=False).answers(body for _, body in events):
        tally.add(answer)
    rules = {rule.name: tally.charged[rule.name] for rule in value.rules}
    return sum(tally.kept.values()), rules


PROPOSED: dict[str, dict[str, Any]] = {
    "the same": {"rules": [UNSURE, CROWDED]},
    "sampled": {"rules": [UNSURE, CROWDED], "sampling_rate": "30%", "seed": 5},
    "capped": {
        "rules": [UNSURE | {"limits": {"per_minute": 2}}, CROWDED | {"sampling_rate": "50%"}],
        "limits": {"per_minute": 7, "per_hour": 150},
    },
    "all of them": {"rules": [CROWDED, UNSURE], "conditions": "all"},
    "no rules": {"rules": [], "limits": {"per_hour": 20}},
}


@pytest.mark.parametrize("name", PROPOSED)
def test_where_all_was_recorded_it_is_what_a_replay_says(
    previewer: Previewer, traffic: Traffic, history: SettingsHistory, name: str
) -> None:
    events, proposed = stream(1000, timedelta(seconds=3)), settings(**PROPOSED[name])
    record(traffic, events, 10)
    found = previewer.compare("parts", proposed)
    assert (found.kept_proposed, found.rules_proposed) == replayed(proposed, events)
    in_force = history.newest("parts").settings
    assert (found.kept_now, found.rules_now) == replayed(in_force, events)
    assert (found.events, found.recorded, found.is_estimate) == (1000, 1000, False)
    assert (found.since, found.until) == (NOW, events[-1][0])


@pytest.mark.parametrize("name", PROPOSED)
def test_of_a_sample_it_is_an_estimate_of_what_all_would_have_given(
    previewer: Previewer, traffic: Traffic, name: str
) -> None:
    events, proposed = stream(8000, timedelta(seconds=0.125)), settings(**PROPOSED[name])
    record(traffic, events, 40)
    found = previewer.compare("parts", proposed)
    assert (found.events, found.recorded, found.is_estimate) == (8000, 2000, True)
    truth, by_rule = replayed(proposed, events)
    assert found.kept_proposed == pytest.approx(truth, rel=0.1)
    assert found.rules_proposed == pytest.approx(by_rule, rel=0.1)


def test_a_cap_is_not_stretched_by_events_that_stand_for_many(
    previewer: Previewer, traffic: Traffic
) -> None:
    record(traffic, stream(3000, timedelta(seconds=0.01)), 100)
    found = previewer.compare("parts", settings(rules=[], limits={"per_minute": 25}))
    assert (found.events, found.kept_proposed) == (3000, 25)


def test_nothing_came_in_yet(previewer: Previewer) -> None:
    none = {"unsure": 0, "crowded": 0}
    assert previewer.compare("parts", settings()) == Preview(0, 0, 0, none, {"unsure": 0})
    with pytest.raises(NotFoundError):
        previewer.compare("doors", settings(project="doors"))


def test_the_switch_is_left_out(
    previewer: Previewer, traffic: Traffic, history: SettingsHistory
) -> None:
    history.switch("parts", "test", NOW, enabled=False)
    record(traffic, stream(50, timedelta(seconds=1)), 10)
    found = previewer.compare("parts", history.newest("parts").settings)
    assert found.kept_now == found.kept_proposed > 0


def test_what_holds_a_class_that_is_given_up_would_be_refused(
    previewer: Previewer, traffic: Traffic
) -> None:
    now = [(NOW, msgspec.json.encode({"event_id": name, "prediction": prediction(box(name))}))
           for name in ("dent", "bolt")]  # fmt: skip
    record(traffic, now, 10)
    fewer = {"rules": [], "classes": ["dent"]}
    assert previewer.compare("parts", settings(**fewer)).kept_proposed == 1
    welcome = settings(**fewer, unknown_classes="keep")
    assert previewer.compare("parts", welcome).kept_proposed == 2


def test_a_sample_is_read_once_a_minute(
    previewer: Previewer, traffic: Traffic, clock: Clock
) -> None:
    events = stream(20, timedelta(seconds=1))
    record(traffic, events[:10], 10)
    assert previewer.compare("parts", settings()).events == 10
    record(traffic, events[10:], 10)
    clock.now += FRESH_FOR - 1
    assert previewer.compare("parts", settings()).events == 10
    clock.now += 1
    assert previewer.compare("parts", settings()).events == 20


def test_a_process_keeps_few_samples(
    previewer: Previewer, traffic: Traffic, history: SettingsHistory
) -> None:
    names = [f"p{number}" for number in range(MAX_SAMPLES + 1)]
    for name in names:
        history.add(settings(project=name), "test", NOW)
        record(traffic, stream(10, timedelta(seconds=1)), 10, name)
        assert previewer.compare(name, settings(project=name)).events == 10
        record(traffic, stream(5, timedelta(seconds=1)), 10, name)
    *_, newest = names
    again = [previewer.compare(name, settings(project=name)).events for name in (newest, names[0])]
    assert again == [10, 15]  # the oldest was given up, and is read anew


def test_an_event_that_came_twice_is_kept_once(previewer: Previewer, traffic: Traffic) -> None:
    events = stream(10, timedelta(seconds=1))
    record(traffic, [*events, *events], 10)
    found = previewer.compare("parts", settings(rules=[]))
    assert (found.events, found.kept_proposed) == (20, 10)
