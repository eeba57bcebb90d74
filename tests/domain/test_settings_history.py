"""Versions of settings: none is lost, none overwritten, every one can be had back."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import msgspec
import pytest

from plugin.domain.deciding import Decider
from plugin.domain.errors import ConflictError, NotFoundError, UnavailableError
from plugin.domain.prediction import Prediction
from plugin.stores.backends.folder import FolderStore
from plugin.stores.settings_history import FRESH_FOR, SettingsHistory, SettingsVersion
from tests.domain.generated import made_up
from tests.samples import NOW, settings


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
def history(store: FolderStore) -> SettingsHistory:
    return SettingsHistory(store)


def test_every_change_is_a_version_with_who_and_when(history: SettingsHistory) -> None:
    first = history.add(settings(), "ann", NOW)
    second = history.add(settings(seed=1), "ben", NOW)
    assert list(history.versions("parts")) == [first, second]
    assert [history.get("parts", number) for number in (1, 2)] == [first, second]
    assert second == SettingsVersion(2, settings(seed=1), "ben", NOW)


def test_the_same_settings_again_change_nothing(history: SettingsHistory) -> None:
    history.add(settings(), "ann", NOW)
    assert history.add(settings(), "ben", NOW).version == 1


def test_rolling_back_is_a_new_version(history: SettingsHistory) -> None:
    for seed in (1, 2, 3):
        history.add(settings(seed=seed), "ann", NOW)
    again = history.roll_back("parts", 1, "ben", NOW)
    assert (again.version, again.settings, again.by) == (4, settings(seed=1), "ben")
    assert history.newest("parts") == again
    assert len(list(history.versions("parts"))) == 4


def test_the_newest_versions_come_first(history: SettingsHistory) -> None:
    made = [history.add(settings(seed=seed), "ann", NOW) for seed in range(1, 13)]
    assert history.latest("parts", 2) == (made[11], made[10])
    assert history.latest("parts", 2, before=11) == (made[9], made[8])
    assert history.latest("parts", 99, before=3) == (made[1], made[0])
    assert history.latest("parts", 2, before=1) == ()


@pytest.mark.parametrize(
    "ask",
    [
        lambda history: history.newest("other"),
        lambda history: history.newest("../parts"),
        lambda history: history.newest(""),
        lambda history: list(history.versions("other")),
        lambda history: history.latest("other", 1),
        lambda history: history.get("other", 1),
        lambda history: history.get("parts", 2),
        lambda history: history.get("parts", -1),
        lambda history: history.roll_back("parts", 0, "ann", NOW),
        lambda history: history.switch("other", "ann", NOW, enabled=True),
    ],
)
def test_what_is_not_there_is_not_found(
    history: SettingsHistory, ask: Callable[[SettingsHistory], object]
) -> None:
    history.add(settings(), "ann", NOW)
    with pytest.raises(NotFoundError):
        ask(history)


def test_whoever_started_from_an_older_version_is_told_so(history: SettingsHistory) -> None:
    history.add(settings(), "ann", NOW, base=0)
    history.add(settings(seed=1), "ben", NOW, base=1)
    with pytest.raises(ConflictError, match="at version 2 by now, not 1"):
        history.add(settings(seed=2), "cid", NOW, base=1)


def test_of_editors_at_the_same_moment_none_overwrites_another(store: FolderStore) -> None:
    barrier = Barrier(4)

    def edit(seed: int) -> SettingsVersion | None:
        own = SettingsHistory(store)
        barrier.wait()
        try:
            return own.add(settings(seed=seed), f"editor {seed}", NOW)
        except ConflictError:
            return None

    written: list[SettingsVersion] = []
    with ThreadPoolExecutor(4) as pool:
        for turn in range(10):
            written += filter(None, pool.map(edit, range(turn * 4, turn * 4 + 4)))
    kept = list(SettingsHistory(store).versions("parts"))
    assert [version.version for version in kept] == list(range(1, len(kept) + 1))
    assert kept == sorted(written, key=lambda version: version.version)
    assert len(kept) >= 10


def test_a_change_at_the_same_moment_is_a_conflict(store: FolderStore) -> None:
    class Slow(FolderStore):
        """Somebody else is quicker, between the look and the write."""

        def create(self, key: str, data: bytes) -> bool:
            SettingsHistory(store).add(settings(seed=9), "quick", NOW)
            return super().create(key, data)

    with pytest.raises(ConflictError):
        SettingsHistory(Slow(store.root)).add(settings(), "slow", NOW)
    assert SettingsHistory(store).newest("parts").by == "quick"


def test_a_running_process_follows_within_a_second(store: FolderStore) -> None:
    clock = [100.0]
    running, other = SettingsHistory(store, lambda: clock[0]), SettingsHistory(store)
    other.add(settings(), "ann", NOW)
    assert running.current("parts").version == 1
    other.add(settings(seed=1), "ann", NOW)
    clock[0] += FRESH_FOR / 2
    assert running.current("parts").version == 1
    clock[0] += FRESH_FOR / 2
    assert running.current("parts").version == 2
    assert FRESH_FOR <= 1


def test_any_settings_survive_the_store(history: SettingsHistory) -> None:
    for seed in range(50):
        written = history.add(made_up(seed), "ann", NOW)
        assert history.get(written.settings.project, written.version) == written


def stored(store: FolderStore, **changes: object) -> None:
    """Write version 1 as given, `settings` as dumped by pydantic with all defaults."""
    value = {"version": 1, "by": "ann", "at": NOW, "settings": changes.pop("settings")} | changes
    store.put("projects/parts/settings/000001.json", msgspec.json.encode(value))


def test_the_first_format_which_had_no_number_is_read(
    store: FolderStore, history: SettingsHistory
) -> None:
    """It spelled out `at_least: 1` beside `empty`, which then matched nothing."""
    value = json.loads(settings().model_dump_json())
    value["rules"][0]["when"] |= {"classes": None, "confidence": None, "empty": True, "at_least": 1}
    del value["keypoints"]
    stored(store, settings=value)
    read = history.newest("parts").settings
    assert read == settings(rules=[{"name": "unsure", "when": {"empty": True}}])
    assert Decider(read).decide("event", Prediction()).refused is None


def test_what_was_accepted_once_stays_readable(
    store: FolderStore, history: SettingsHistory
) -> None:
    value = json.loads(settings().model_dump_json())
    value["rules"][0]["when"] |= {"empty": True, "at_least": 2}
    stored(store, settings=value, format=1)
    assert history.newest("parts").settings.rules[0].when is not None
    assert history.switch("parts", "ann", NOW, enabled=False).version == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"format": 99}, "newer release, in format 99"), ({"settings": {}}, "cannot be read")],
)
def test_what_cannot_be_read_is_said(
    store: FolderStore, history: SettingsHistory, changes: dict[str, object], says: str
) -> None:
    stored(store, **({"settings": json.loads(settings().model_dump_json())} | changes))
    with pytest.raises(UnavailableError, match=says):
        history.newest("parts")
