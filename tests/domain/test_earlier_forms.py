"""What earlier releases wrote is read as it was meant; what a newer one wrote is left alone.

`earlier_documents.json` was written by the code of three commits of this repository, by its ids.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plugin.domain.batching import Batch
from plugin.domain.errors import NewerFormError, UnavailableError
from plugin.domain.frame import frame_id
from plugin.domain.reviewing import Assignments
from plugin.stores import earlier_forms
from plugin.stores.access.audit import Audit
from plugin.stores.access.deployment_revisions import Revisions
from plugin.stores.backends.folder import FolderStore
from plugin.stores.candidates.kept_frames import kept_frames
from plugin.stores.candidates.reservations import Reservations
from plugin.stores.documents import decode, encode
from plugin.stores.frames.batches import Batches
from plugin.stores.frames.import_notes import ImportNotes
from plugin.stores.frames.spool import Spool
from plugin.stores.notices.contacts import Contacts, folder_of
from plugin.stores.review.comparisons import Comparisons, Sums
from plugin.stores.review.reviews import Reviews
from plugin.stores.settings_history import SettingsHistory
from plugin.stores.store_format import FORMAT
from plugin.training_set.sets import TrainingSets
from tests.samples import settings

THEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
RELEASES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "earlier_documents.json").read_text()
)
TASK, FAILED, WAITS = (frame_id("parts", f"shot-{number}") for number in range(3))


@pytest.fixture(params=RELEASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FolderStore:
    found = FolderStore(tmp_path)
    for key, document in RELEASES[request.param].items():
        found.put(key, msgspec.json.encode(document))
    return found


def batch_of(store: FolderStore) -> Batch:
    (batch,) = Batches(store).of_project("parts")
    return batch


def test_frames_are_where_they_were(store: FolderStore) -> None:
    spool = Spool(store)
    assert [each.frame_id for each in spool.frames("parts", spool.pending("parts"))] == [WAITS]
    assert [each.frame.frame_id for each in spool.failed("parts")] == [FAILED]
    imported = spool.imported_frames("parts", [TASK, WAITS])
    assert [(each.task_id, each.batch) for each in imported.values()] == [(11, "2026-11-20")]
    assert imported[TASK].frame.prediction.boxes[0].class_name == "dent"
    assert {each.frame_id for each in kept_frames(store, "parts", THEN)} == {TASK, FAILED, WAITS}


def test_batches_know_their_tasks_in_order(store: FolderStore) -> None:
    (task,) = Batches(store).tasks(batch_of(store))
    assert (task.id, task.frame_id, task.captured_at) == (11, TASK, THEN)
    assert task.order.startswith("0998 ") and task.order.endswith(" 2026-11-20T10:00:00.000+00:00")


def test_people_keep_what_they_have(store: FolderStore) -> None:
    (share,) = Batches(store).assignments(batch_of(store)).shares
    assert (share.reviewer, share.tasks, share.assigned_at) == ("ann@example.com", (11,), THEN)


def test_imports_that_were_begun_are_known(store: FolderStore) -> None:
    (note,) = ImportNotes(store).of_project("parts")
    assert (note.batch, note.frame_ids) == ("2026-11-20", (WAITS,))
    ImportNotes(store).end(note)
    assert not ImportNotes(store).of_project("parts")


def test_deployments_open_with_their_keys(store: FolderStore) -> None:
    revisions = Revisions(store)
    (found,) = [revisions.newest(each) for each in revisions.ids()]
    assert found is not None
    assert (found.name, len(found.keys), found.revoked) == ("line-3", 1, False)


def test_settings_and_reviews_are_as_they_were(store: FolderStore) -> None:
    assert SettingsHistory(store).newest("parts").settings == settings()
    (review,) = Reviews(store).of_project("parts")
    assert [each.reviewer for each in review.all_opinions] == ["ann@example.com"]


def test_what_is_written_anew_says_its_form(store: FolderStore) -> None:
    batches, batch = Batches(store), batch_of(store)
    before = batches.assignments(batch)
    saved = batches.save_assignments(batch, before, before.revision)
    stored = json.loads(store.get("projects/parts/assignments/2026-11-20.json"))
    assert stored["format"] == 1 and "items" not in stored
    assert batches.assignments(batch) == saved


READERS: dict[str, Callable[[FolderStore], object]] = {
    "projects/parts/settings/000001.json": lambda store: SettingsHistory(store).newest("parts"),
    f"projects/parts/frames/pending/{WAITS}.json": lambda store: Spool(store).frame("parts", WAITS),
    f"projects/parts/frames/imported/{TASK[:2]}/{TASK}.json": (
        lambda store: Spool(store).imported_frames("parts", [TASK])
    ),
    f"projects/parts/frames/failed/{FAILED}.json": lambda store: Spool(store).retry(
        "parts", FAILED
    ),
    f"projects/parts/frames/awaiting/{WAITS}.json": (
        lambda store: Reservations(store).find("parts", WAITS)
    ),
    "projects/parts/batches/2026-11-20.json": lambda store: Batches(store).of_project("parts"),
    "projects/parts/tasks/2026-11-20/000000000011.json": (
        lambda store: Batches(store).tasks(batch_of(store))
    ),
    "projects/parts/assignments/2026-11-20.json": (
        lambda store: Batches(store).save_assignments(batch_of(store), Assignments(), 0)
    ),
    "projects/parts/ledgers/2026-11-20.json": lambda store: Batches(store).ledger(batch_of(store)),
    "projects/parts/importing/2026-11-20/x.json": (
        lambda store: ImportNotes(store).of_project("parts")
    ),
    f"projects/parts/reviews/{TASK[:2]}/{TASK}.json": (
        lambda store: Reviews(store).of_frames("parts", [TASK])
    ),
    "projects/parts/analysis/sums.json": lambda store: Comparisons(store).sums("parts"),
    "deployments/8ee0614bba3976d9.json": lambda store: Revisions(store).newest("8ee0614bba3976d9"),
    "datasets/parts/versions/000001.json": lambda store: TrainingSets(store).newest("parts"),
    "audit/2026/11/20/x.json": lambda store: Audit(store, lambda: THEN).newest(1),
    f"contacts/{folder_of('ann@example.com')}/000001.json": (
        lambda store: Contacts(store).of("ann@example.com")
    ),
}


@pytest.mark.parametrize("key", READERS)
def test_a_document_of_the_future_is_refused_and_left_as_it_is(key: str, tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for place, document in RELEASES["bfee8ea"].items():
        store.put(place, msgspec.json.encode(document))
    future = msgspec.json.encode({"format": 9, "says": "what nobody can know today"})
    store.put(key, future)
    with pytest.raises(NewerFormError, match="by a newer release, in format 9") as refused:
        READERS[key](store)
    assert (refused.value.form, key in str(refused.value)) == (9, True)
    assert store.get(key) == future


def test_a_field_of_that_name_may_be_something_else() -> None:
    class Export(msgspec.Struct):
        format: str

    assert decode("x", b'{"format": "coco"}', Export) == Export("coco")


def test_what_is_no_earlier_form_either_is_a_fault_of_the_document() -> None:
    with pytest.raises(UnavailableError, match="no form 0 of its kind"):
        decode("x", b'{"items": [{"reviewer": 7}]}', Assignments, earlier_forms.ASSIGNMENTS)


def test_keys_that_are_numbers_survive_a_step() -> None:
    data = b'{"released": {"12": ""}}'
    assert decode("x", data, Assignments, earlier_forms.ASSIGNMENTS).released == {12: ""}


def test_a_step_more_is_a_format_more() -> None:
    """Who adds a step raises store_format.FORMAT: an older release would drop what it adds."""
    kinds = [each for each in vars(earlier_forms).values() if isinstance(each, tuple)]
    assert (FORMAT, sum(map(len, kinds))) == (1, 5)
    assert encode(Sums("", 1, THEN)).count(b"format") == 0
