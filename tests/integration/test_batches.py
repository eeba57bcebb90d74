"""Batches in a Label Studio where people delete and edit things by hand."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.demo.installation import Installation
from plugin.domain.batching import Batch
from plugin.labelstudio.label_configs import CONTROL
from tests.integration.importing import add_project, keep_frames, parts_on, shots, tasks_in
from tests.samples import CLASSES, settings

PROJECT = "by-hand"


def imported(parts: Application, count: int = 2, first: int = 0) -> Batch:
    """The batch after so many more frames were imported."""
    keep_frames(parts, PROJECT, *shots(count, first))
    assert parts.importer.run(PROJECT) == count
    return parts.batches.of_project(PROJECT)[-1]


def config_of(parts: Application, batch: Batch) -> str:
    found = parts.label_studio.project(batch.label_studio_id)
    assert found
    return found.label_config


def labels_in(config: str) -> list[str]:
    view = ElementTree.fromstring(config)  # noqa: S314  of our own server
    control = view.find(f".//*[@name='{CONTROL}']")
    assert control is not None
    return [str(label.get("value")) for label in control]


def test_a_batch_deleted_by_hand_is_closed_and_never_comes_back(parts: Application) -> None:
    add_project(parts, PROJECT)
    first = imported(parts)
    parts.label_studio.delete_project(first.label_studio_id)

    second = imported(parts, 3, first=2)
    closed = parts.batches.get(PROJECT, first.name)
    assert closed.closed == f"deleted in Label Studio, found on {utc_now().date()}"
    assert (closed.size, second.part, second.size) == (2, 2, 3)
    assert second.title != first.title
    assert len(list(parts.spool.imported(PROJECT))) == 5  # what was imported stays imported
    parts.collector.collect(PROJECT)
    assert [parts.batches.ledger(each).total for each in (closed, second)] == [0, 3]


def test_a_batch_deleted_while_frames_are_on_their_way_loses_none(parts: Application) -> None:
    add_project(parts, PROJECT)
    first = imported(parts)
    frames = keep_frames(parts, PROJECT, *shots(3, first=2))
    parts.import_notes.begin(PROJECT, first.name, tuple(frames))  # and then the worker died
    parts.label_studio.delete_project(first.label_studio_id)
    assert parts.importer.run(PROJECT) == 3
    assert parts.import_notes.of_project(PROJECT) == []
    assert parts.batches.of_project(PROJECT)[-1].part == 2


def test_a_batch_renamed_by_hand_goes_on(parts: Application) -> None:
    add_project(parts, PROJECT)
    first = imported(parts)
    parts.label_studio._client.projects.update(
        id=first.label_studio_id, title="Monday's dents", description="ours"
    )
    assert imported(parts, 1, first=2).name == first.name
    found = parts.label_studio.project(first.label_studio_id)
    assert found
    assert (found.title, found.description) == ("Monday's dents", "ours")
    parts.label_studio.delete_project(first.label_studio_id)


def edit(parts: Application, batch: Batch, before: str, after: str) -> None:
    """Edit a batch's labelling config, as a person does in Label Studio."""
    config = config_of(parts, batch)
    assert before in config
    parts.label_studio.set_label_config(batch.label_studio_id, config.replace(before, after))


def test_classes_that_reviewers_added_stay_and_ours_come_beside_them(parts: Application) -> None:
    add_project(parts, PROJECT)
    batch = imported(parts)
    edit(parts, batch, '<Label value="scratch"', '<Label value="theirs"/><Label value="scratch"')
    # A class that nobody had named when the batch was opened.
    rules = [{"name": "rusty", "when": {"classes": ["rust"], "at_least": 1}}]
    parts.history.add(
        settings(project=PROJECT, classes=(*CLASSES, "rust"), rules=rules), "test", utc_now()
    )
    keep_frames(parts, PROJECT, "rusty", **{"class": "rust"})
    assert parts.importer.run(PROJECT) == 1
    assert labels_in(config_of(parts, batch)) == ["bolt", "dent", "theirs", "scratch", "rust"]


def test_a_class_that_was_removed_by_hand_comes_back_when_a_frame_needs_it(
    parts: Application,
) -> None:
    add_project(parts, PROJECT)
    batch = imported(parts)
    config = config_of(parts, batch)
    for name in ("bolt", "dent"):
        start = config.index(f'<Label value="{name}"')
        config = config[:start] + config[config.index("/>", start) + 2 :]
    # Label Studio lets nobody remove a class that its predictions have, so they go first.
    remove_tasks(parts, batch)
    parts.label_studio.set_label_config(batch.label_studio_id, config)
    assert labels_in(config_of(parts, batch)) == ["scratch"]
    imported(parts, 1, first=5)
    assert labels_in(config_of(parts, batch)) == ["scratch", "dent"]


def remove_tasks(parts: Application, batch: Batch) -> None:
    for task in list(parts.label_studio.changed_tasks(batch.label_studio_id, None)):
        parts.label_studio._client.tasks.delete(id=str(task.id))


def test_predictions_that_an_edited_config_has_no_room_for_are_set_aside(
    parts: Application,
) -> None:
    add_project(parts, PROJECT)
    batch = imported(parts)
    remove_tasks(parts, batch)
    edit(parts, batch, f'name="{CONTROL}"', 'name="theirs"')
    keep_frames(parts, PROJECT, "late")
    assert parts.importer.run(PROJECT) == 0
    (failed,) = parts.spool.set_aside(PROJECT, "failed")
    assert "expected what the labelling config has room for" in failed.error


def test_a_full_batch_is_followed_by_the_next_part(parts: Application) -> None:
    add_project(parts, PROJECT, batch={"max_images": 3})
    keep_frames(parts, PROJECT, *shots(7))
    assert parts.importer.run(PROJECT) == 7
    batches = parts.batches.of_project(PROJECT)
    assert [(batch.part, batch.size) for batch in batches] == [(1, 3), (2, 3), (3, 1)]
    assert imported(parts, 3, first=7).part == 4


def test_two_workers_at_once_open_one_batch(
    parts: Application, installation: Installation, tmp_path: Path, redis_url: str
) -> None:
    add_project(parts, PROJECT)
    frames = keep_frames(parts, PROJECT, *shots(20))
    with parts_on(installation, tmp_path, redis_url) as other, ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda each: each.importer.run(PROJECT), (parts, other)))
    assert sorted(done) == [0, 20]
    assert len(parts.batches.of_project(PROJECT)) == 1
    assert tasks_in(parts, PROJECT) == sorted(frames)


def test_a_batch_whose_opening_a_crash_cut_short_is_found_again(parts: Application) -> None:
    add_project(parts, PROJECT)
    first = imported(parts)
    # As if the crash had come between the Label Studio project and our note of it.
    parts.store.delete(f"projects/{PROJECT}/batches/{first.name}.json")
    assert parts.batches.begin_opening(PROJECT, first.name, utc_now())
    assert imported(parts, 1, first=2).label_studio_id == first.label_studio_id
    assert parts.batches.opening(PROJECT, first.name) is None
