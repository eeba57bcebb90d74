"""What cannot be trained on is set aside by name, and the rest is built."""

from collections.abc import Callable

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.consensus import Opinion
from plugin.domain.prediction import Box, Keypoint, Rle
from plugin.training_set.versions import Problem
from tests.reviewed import finish, note, withdraw
from tests.samples import jpeg, settings
from tests.server.reviewed import import_frame, labelled, opinion, reviewed

DENT = Box("dent", 1.0, (10, 20, 30, 60))


def only_problem(application: Application) -> Problem:
    version = application.builder.build("parts")
    [problem] = application.training_sets.problems("parts", version.version)
    assert version.problems == 1
    return problem


@pytest.mark.parametrize(
    ("box", "field", "value"),
    [
        pytest.param(
            Box("dent", 1.0, (5, 5, 5, 9)), "xyxy", "(5.0, 5.0, 5.0, 9.0)", id="no width"
        ),
        pytest.param(
            Box("dent", 1.0, (320, 5, 320.5, 9)), "xyxy", "(320.0, 5.0, 320.5, 9.0)",
            id="nothing of it inside",
        ),
        pytest.param(
            Box("dent", 1.0, (300, 5, 340, 9)), "xyxy", "(300.0, 5.0, 340.0, 9.0)",
            id="half outside",
        ),
        pytest.param(
            Box("dent", 1.0, (1, 1, 9, 9), polygon=((1, 1), (400, 1), (9, 9))), "polygon",
            "((1.0, 1.0), (400.0, 1.0), (9.0, 9.0))", id="outline",
        ),
        pytest.param(
            Box("dent", 1.0, (1, 1, 9, 9), mask=Rle((10, 10), "0a000")), "mask", "(10, 10)",
            id="mask of another size",
        ),
        pytest.param(
            Box("dent", 1.0, (1, 1, 9, 9), keypoints=(Keypoint("tip", -9, 4),)), "keypoints.tip",
            "(-9.0, 4.0)", id="keypoint",
        ),
    ],
)  # fmt: skip
def test_a_box_that_cannot_be_is_named(
    application: Application, box: Box, field: str, value: str
) -> None:
    frame_id = import_frame(application, "one", jpeg())
    finish(application, frame_id, opinion(DENT, box))
    problem = only_problem(application)
    assert (problem.image_id, problem.value) == (frame_id, value)
    assert problem.field == f"boxes[1] ('dent').{field}"
    assert (problem.batch, problem.task_id) == ("2026-11-23", 1)


def test_a_hair_outside_is_moved_onto_the_edge(application: Application) -> None:
    frame_id = import_frame(application, "one", jpeg())
    finish(application, frame_id, opinion(Box("dent", 1.0, (-0.4, 5, 320.9, 240.2))))
    version = application.builder.build("parts")
    [example] = application.training_sets.examples("parts", version.version)
    assert example.truth.boxes[0].xyxy == (0, 5, 320, 240)


def test_what_is_set_aside_comes_back_when_it_was_reviewed_anew(application: Application) -> None:
    good, bad = reviewed(application, "good", DENT), reviewed(application, "bad", DENT)
    application.builder.build("parts")
    finish(application, bad, opinion(Box("dent", 1.0, (5, 5, 5, 9)), minutes=1))
    second = application.builder.build("parts")
    assert (second.images, second.changes.removed, second.problems) == (1, 1, 1)
    assert application.builder.build("parts") == second, "the same problem is nothing new"
    finish(application, bad, opinion(Box("dent", 1.0, (5, 5, 7, 9)), minutes=2))
    third = application.builder.build("parts")
    assert (third.images, third.changes.added, third.problems) == (2, 1, 0)
    assert {e.image_id for e in application.training_sets.examples("parts", 3)} == {good, bad}


def test_a_withdrawn_review_takes_its_problem_along(application: Application) -> None:
    reviewed(application, "good", DENT)
    bad = reviewed(application, "bad", Box("dent", 1.0, (5, 5, 5, 9)))
    assert application.builder.build("parts").problems == 1
    withdraw(application, bad)
    assert application.builder.build("parts").problems == 0


def lose_image(application: Application, frame_id: str) -> None:
    application.store.delete(f"projects/parts/images/{frame_id[:2]}/{frame_id}.jpg")


def change_image(application: Application, frame_id: str) -> None:
    key = f"projects/parts/images/{frame_id[:2]}/{frame_id}.jpg"
    application.store.put(key, jpeg(seed=99))


def lose_record(application: Application, frame_id: str) -> None:
    application.store.delete(f"projects/parts/frames/imported/{frame_id[:2]}/{frame_id}.json")


def lose_task(application: Application, frame_id: str) -> None:
    review = application.reviews.find("parts", frame_id)
    assert review is not None
    application.reviews.save("parts", msgspec.structs.replace(review, task_gone=True))
    note(application, frame_id)


def break_annotation(application: Application, frame_id: str) -> None:
    said = "result[0].value.x: None, expected a number"
    finish(application, frame_id, opinion(error=said))


@pytest.mark.parametrize(
    ("do", "field", "expected"),
    [
        (lose_image, "image", "an object in the Store"),
        (change_image, "image", "the image that was posted"),
        (lose_record, "frame", "its record in the Store"),
        (lose_task, "task", "one in Label Studio"),
        (break_annotation, "annotation", "result[0].value.x"),
    ],
)
def test_what_is_gone_or_broken_is_named_and_the_rest_is_built(
    application: Application, do: Callable[[Application, str], None], field: str, expected: str
) -> None:
    frame_id = reviewed(application, "one", DENT)
    reviewed(application, "two", DENT)
    do(application, frame_id)
    problem = only_problem(application)
    assert (problem.image_id, problem.field) == (frame_id, field)
    assert expected in problem.expected
    assert application.reviews.find("parts", frame_id) is not None, "nothing is lost"


def test_an_image_that_is_there_again_is_taken_when_all_are_read(application: Application) -> None:
    frame_id = reviewed(application, "one", DENT, seed=1)
    lose_image(application, frame_id)
    assert application.builder.build("parts").images == 0
    application.store.put(f"projects/parts/images/{frame_id[:2]}/{frame_id}.jpg", jpeg(seed=1))
    version = application.builder.build("parts", everything=True)
    assert (version.images, version.problems) == (1, 0)


@pytest.mark.parametrize("said", [labelled(), labelled("dent", "bolt")])
def test_in_classification_there_is_one_label(application: Application, said: Opinion) -> None:
    application.history.add(settings(task_type="classification", rules=[]), "test", utc_now())
    finish(application, import_frame(application, "one", jpeg()), said)
    assert only_problem(application).expected == "one label"
