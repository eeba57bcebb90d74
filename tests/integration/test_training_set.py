"""From what people finish in a real Label Studio to versions of the training set."""

from typing import Any

import numpy as np
import pytest
from label_studio_sdk.converter.utils import convert_annotation_to_yolo_obb

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.batching import Batch
from plugin.images import inspect
from plugin.stores.candidates.admission_questions import look_of
from plugin.training_set.examples import Example
from plugin.training_set.versions import CountDifference, Problem
from tests.integration.reviewing import Colleague, imported_batch, tasks_of

PROJECT = "training"


@pytest.fixture
def batch(parts: Application) -> Batch:
    return imported_batch(parts, PROJECT, 5)


def by_task(parts: Application, version: int) -> dict[int, Example]:
    found = parts.training_sets.examples(PROJECT, version)
    return {each.provenance.task_id: each for each in found}


def only_problem(parts: Application, version: int) -> Problem:
    [problem] = parts.training_sets.problems(PROJECT, version)
    return problem


def choose(parts: Application, choice: str) -> None:
    settings = parts.history.newest(PROJECT).settings
    changed = settings.training_set.model_copy(update={"choose": choice})
    now = settings.model_copy(update={"training_set": changed})
    parts.history.add(now, "test", utc_now())


def rectangle(width: float, label: str = "dent") -> list[dict[str, Any]]:
    value = {"x": 10, "y": 10, "width": width, "height": 20, "rotation": 0,
             "rectanglelabels": [label]}  # fmt: skip
    return [
        {"from_name": "label", "to_name": "image", "type": "rectanglelabels", "value": value,
         "original_width": 320, "original_height": 240, "id": "one"}
    ]  # fmt: skip


def test_everybodys_word_is_kept_and_the_choice_says_whose_counts(
    parts: Application, batch: Batch, ann: Colleague, ben: Colleague
) -> None:
    first, second, third, *_ = tasks_of(parts, batch)
    ann.gateway.annotate(first, rectangle(10), 3.0)
    ben.gateway.annotate(first, rectangle(12), 4.0)
    ann.skip(second)
    ben.gateway.annotate(second, [], 2.0)
    ann.begin(third)
    parts.collector.collect(PROJECT)
    version = parts.builder.build(PROJECT)
    certificate = version.certificate
    assert (version.images, certificate.counts, certificate.reason) == (2, "equal", "")
    assert version.batches == {batch.name: 3}
    examples = by_task(parts, 1)
    assert [each.reviewer for each in examples[first].opinions] == [ann.email, ben.email]
    assert examples[first].truth.boxes[0].xyxy == (32, 24, 70.4, 72), "the newest"
    assert examples[first].provenance.reviewer == ben.email
    review = parts.reviews.find(PROJECT, examples[first].image_id)
    image = parts.training_sets.image(PROJECT, examples[first])
    assert review
    assert review.look == look_of(inspect(image, with_look=True).look), "found out on the way"
    assert (examples[second].opinions, examples[second].truth.boxes) == ((), ())

    own = ann.annotations(first)[0]
    ann.gateway._request("PATCH", f"api/annotations/{own}/", json={"ground_truth": True})
    parts.collector.collect(PROJECT)
    choose(parts, "ground_truth")
    assert parts.builder.build(PROJECT).version == 2
    assert by_task(parts, 2)[first].truth.boxes[0].xyxy == (32, 24, 64, 72)
    choose(parts, "majority")
    parts.builder.build(PROJECT)
    assert by_task(parts, 3)[first].truth.boxes[0].xyxy == (32, 24, 67.2, 72)
    assert list(parts.verifier.verify(PROJECT, 3)) == []


def test_a_turned_rectangle_comes_back_as_it_was_drawn(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    first, *_ = tasks_of(parts, batch)
    value = {"x": 40, "y": 30, "width": 25, "height": 10, "rotation": 30.5}
    region = rectangle(25)[0]
    region["value"] |= value
    ann.gateway.annotate(first, [region], 3.0)
    parts.collector.collect(PROJECT)
    parts.builder.build(PROJECT)
    [box] = by_task(parts, 1)[first].truth.boxes
    size = {"original_width": 320, "original_height": 240}
    theirs = convert_annotation_to_yolo_obb(value | size, normalize=False)  # type: ignore[no-untyped-call]
    assert np.array(box.polygon) == pytest.approx(np.array(theirs), abs=0.001)
    assert list(parts.verifier.verify(PROJECT, 1)) == []


def test_what_was_finished_since_the_last_look_is_a_difference_with_a_name(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    first, second, *_ = tasks_of(parts, batch)
    ann.finish(first)
    parts.collector.collect(PROJECT)
    ann.finish(second)
    version = parts.builder.build(PROJECT)
    assert version.certificate.counts == "different"
    assert version.certificate.differences == (CountDifference(batch.name, 1, 2),)
    parts.collector.collect(PROJECT)
    again = parts.builder.build(PROJECT)
    assert (again.changes.added, again.certificate.counts) == (1, "equal")


def test_a_removed_task_and_a_deleted_annotation(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    first, second, third, *_ = tasks_of(parts, batch)
    for task in (first, second, third):
        ann.finish(task)
    parts.collector.collect(PROJECT)
    assert parts.builder.build(PROJECT).images == 3
    ann.delete_task(first)
    ann.delete(ann.annotations(second)[0])
    parts.collector.collect(PROJECT)
    version = parts.builder.build(PROJECT)
    assert (version.images, version.changes.removed, version.problems) == (1, 2, 1)
    problem = only_problem(parts, 2)
    assert (problem.task_id, problem.field, problem.expected) == (
        first, "task", "one in Label Studio",
    )  # fmt: skip


def test_a_class_that_was_renamed_in_label_studio_widens_the_classes(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    first, *_ = tasks_of(parts, batch)
    path = f"api/projects/{batch.label_studio_id}/"
    config = parts.label_studio._request("GET", path)["label_config"]
    renamed = config.replace('value="scratch"', 'value="scuff"')
    assert renamed != config
    parts.label_studio._request("PATCH", path, json={"label_config": renamed})
    ann.gateway.annotate(first, rectangle(10, "scuff"), 3.0)
    parts.collector.collect(PROJECT)
    version = parts.builder.build(PROJECT)
    assert version.widened == ("scuff",)
    assert version.per_class == {"scuff": 1}


def test_boxes_that_cannot_be_are_set_aside_and_hold_up_nothing(
    parts: Application, batch: Batch, ann: Colleague
) -> None:
    first, second, third, *_ = tasks_of(parts, batch)
    ann.gateway.annotate(first, rectangle(0), 3.0)
    broken = rectangle(10)
    del broken[0]["value"]["width"]
    ann.gateway.annotate(second, broken, 3.0)
    ann.finish(third)
    parts.collector.collect(PROJECT)
    version = parts.builder.build(PROJECT)
    assert (version.images, version.problems, version.certificate.counts) == (1, 2, "equal")
    said = {each.task_id: each for each in parts.training_sets.problems(PROJECT, 1)}
    assert said[first].expected == "a box with an area"
    assert said[second].expected.startswith("result[0].value.width: None, expected a number")
