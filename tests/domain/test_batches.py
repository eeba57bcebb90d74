"""Batches and the notes of their imports, in a real folder."""

from pathlib import Path

import msgspec
import pytest

from plugin.domain.batching import Batch, batch_name
from plugin.domain.frame import frame_id
from plugin.domain.prediction import TaskType
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.merging import merge
from plugin.stores.backends.folder import FolderStore
from plugin.stores.frames.batches import Batches, TaskRef
from plugin.stores.frames.import_notes import ImportNotes
from tests.samples import NOW

PROJECT = "parts"
PERIOD = "2026-11-23"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def batch(part: int = 1) -> Batch:
    name = batch_name(PERIOD, part)
    return Batch(
        name=name, project=PROJECT, period=PERIOD, part=part, title=name, label_studio_id=part,
        created_at=NOW,
    )  # fmt: skip


def task(number: int) -> TaskRef:
    return TaskRef(number, frame_id(PROJECT, str(number)), "order", NOW)


@pytest.mark.parametrize("parts", [0, 1, 2, 3, 4, 7, 8, 9, 100])
def test_the_last_part_of_a_period_is_found(store: FolderStore, parts: int) -> None:
    batches = Batches(store)
    for part in range(1, parts + 1):
        batches.create(batch(part))
    newest = batches.newest(PROJECT, PERIOD)
    assert (newest.part if newest else 0) == parts


def test_a_batch_of_an_earlier_version_is_still_read(store: FolderStore) -> None:
    known = msgspec.to_builtins(batch())
    del known["closed"]
    store.put(f"projects/{PROJECT}/batches/{PERIOD}.json", msgspec.json.encode(known))
    assert Batches(store).newest(PROJECT, PERIOD) == batch()


def test_tasks_noted_twice_count_once_and_none_is_lost(store: FolderStore) -> None:
    batches, first = Batches(store), batch()
    batches.add_tasks(first, tuple(map(task, range(1, 101))))
    batches.add_tasks(first, (task(1), task(50)))  # after a crash: what was not marked yet
    batches.add_tasks(first, (task(50), task(101)))
    assert [each.id for each in batches.tasks(first)] == list(range(1, 102))
    assert batches.count(first) == 101


def test_of_a_frame_that_is_two_tasks_one_is_left(store: FolderStore) -> None:
    batches, first = Batches(store), batch()
    batches.add_tasks(first, tuple(map(task, range(1, 51))))
    batches.add_tasks(first, tuple(map(task, range(51, 101))))
    late = [msgspec.structs.replace(task(number), id=number + 1000) for number in (1, 2, 60)]
    batches.add_tasks(first, tuple(late[:1]))  # known as two: a crash came in between
    batches.keep_one_each(first, {each.frame_id: each for each in (task(1), late[1], late[2])})
    left = {each.id for each in batches.tasks(first)}
    assert left == {*range(1, 101), 1002, 1060} - {2, 60}
    batches.keep_one_each(first, {late[1].frame_id: late[1]})
    assert {each.id for each in batches.tasks(first)} == left
    assert batches.count(first) == 100


class CountingStore(FolderStore):
    """A folder that counts what is read of it."""

    reads = 0

    def get(self, key: str) -> bytes:
        self.reads += 1
        return super().get(key)


@pytest.mark.parametrize(("number", "pages"), [(1, 1), (100, 1), (101, 2), (150, 2), (1000, 10)])
def test_the_newest_tasks_are_read_from_the_last_pages(
    tmp_path: Path, number: int, pages: int
) -> None:
    store = CountingStore(tmp_path, synced=False)
    batches = Batches(store)
    for first in range(1, 1001, 100):
        batches.add_tasks(batch(), tuple(map(task, range(first, first + 100))))
    newest = batches.newest_tasks(batch(), number)
    assert [each.id for each in newest] == list(range(1000, 1000 - number, -1))
    assert store.reads == pages


def test_two_workers_cannot_both_begin_the_same_import(store: FolderStore) -> None:
    notes = ImportNotes(store)
    assert notes.begin(PROJECT, PERIOD, ("a", "b"))
    assert notes.begin(PROJECT, PERIOD, ("a", "c")) is None
    assert notes.begin(PROJECT, PERIOD, ("c",))
    assert [note.frame_ids for note in notes.of_project(PROJECT)] == [("a", "b"), ("c",)]


def test_the_note_of_an_earlier_version_is_still_read(store: FolderStore) -> None:
    store.put(f"projects/{PROJECT}/importing/{PERIOD}.2.json", b'{"frame_ids": ["a", "b"]}')
    notes = ImportNotes(store)
    (note,) = notes.of_project(PROJECT)
    assert (note.batch, note.frame_ids, note.answered) == (f"{PERIOD}.2", ("a", "b"), False)
    notes.end(note)
    assert notes.of_project(PROJECT) == []


def test_a_note_is_split_into_halves(store: FolderStore) -> None:
    notes = ImportNotes(store)
    note = notes.begin(PROJECT, PERIOD, ("a", "b", "c"))
    assert note
    notes.split(PROJECT, note)
    assert [each.frame_ids for each in notes.of_project(PROJECT)] == [("a",), ("b", "c")]


def test_merging_adds_what_is_missing_and_touches_nothing_else() -> None:
    ours = render(TaskType.OBJECT_DETECTION, ["bolt", "dent"])
    assert merge(ours, ["dent"]) == ours
    theirs = ours.replace('<Label value="dent"', '<Label value="own"/><Label value="dent"')
    merged = merge(theirs, ["dent", "rust"])
    assert [part.split('"')[0] for part in merged.split('<Label value="')[1:]] == [
        "bolt", "own", "dent", "rust",
    ]  # fmt: skip
    assert merge("<View", ["dent"]) == "<View"
    assert merge("<View><Image name='image' value='$image'/></View>", ["dent"]).count("Label") == 0
