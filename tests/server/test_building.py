"""Building a training set: what is in a version, what changed in it, what stays as it was."""

from hashlib import sha256

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.errors import InvalidInputError, NotFoundError
from plugin.domain.prediction import Box, Keypoint, Prediction, Rle
from plugin.training_set.examples import Example
from plugin.training_set.versions import Changes
from tests.reviewed import BATCH, finish, frame_of, withdraw
from tests.samples import CLASSES, NOW, jpeg, settings
from tests.server.reviewed import import_frame, labelled, opinion, reviewed

DENT = Box("dent", 1.0, (10, 20, 30, 60))
BOLT = Box("bolt", 1.0, (100, 100, 140, 140))


def examples(application: Application, version: int) -> dict[str, Example]:
    return {each.image_id: each for each in application.training_sets.examples("parts", version)}


def test_a_review_becomes_an_example_with_everything_that_is_known_of_it(
    application: Application,
) -> None:
    frame_id = reviewed(application, "one", DENT)
    version = application.builder.build("parts", by="maya@example.com")
    [example] = application.training_sets.examples("parts", 1)
    image = application.training_sets.image("parts", example)
    assert sha256(image).hexdigest() == example.sha256
    assert (example.image_id, example.file_name) == (frame_id, f"{frame_id}.jpg")
    assert (example.width, example.height, example.content_type) == (320, 240, "image/jpeg")
    assert example.truth == Prediction(320, 240, (DENT,))
    told = example.provenance
    assert (told.origin, told.frame_id, told.deployment) == ("review", frame_id, "line-3")
    assert (told.model_version, told.rule, told.batch) == ("v7", "unsure", BATCH)
    assert (told.reviewer, told.finished_at, told.seconds) == ("ann@example.com", NOW, 3.0)
    assert (version.version, version.parent, version.created_by) == (1, 0, "maya@example.com")
    assert (version.images, version.annotations, version.classes) == (1, 1, CLASSES)
    assert version.per_class == {"dent": 1}
    assert version.per_split == {example.split: 1}
    assert version.changes == Changes(1, 0, 0, {"dent": (1, 0, 0)})
    assert application.training_sets.newest("parts") == version


def test_an_image_without_boxes_stays_as_a_negative(application: Application) -> None:
    frame_id = reviewed(application, "nothing in it")
    version = application.builder.build("parts")
    assert (version.images, version.annotations, version.problems) == (1, 0, 0)
    assert examples(application, 1)[frame_id].truth.boxes == ()


def test_nothing_new_is_no_new_version(application: Application) -> None:
    reviewed(application, "one", DENT)
    version = application.builder.build("parts")
    assert application.builder.build("parts") == version
    assert application.builder.build("parts", everything=True) == version
    assert application.training_sets.all("parts") == [version]


def test_added_changed_and_removed_are_told_apart(application: Application) -> None:
    kept, edited, gone = (reviewed(application, name, DENT) for name in ("a", "b", "c"))
    first = application.builder.build("parts")
    finish(application, edited, opinion(BOLT, Box("dent", 1.0, (11, 20, 30, 60)), minutes=5))
    withdraw(application, gone)
    new = reviewed(application, "d", BOLT)
    second = application.builder.build("parts")
    assert second.changes == Changes(1, 1, 1, {"bolt": (2, 0, 0), "dent": (0, 1, 1)})
    assert (second.images, second.annotations) == (3, 4)
    assert second.per_class == {"bolt": 2, "dent": 2}
    assert set(examples(application, 2)) == {kept, edited, new}
    assert set(examples(application, 1)) == {kept, edited, gone}, "versions do not change"
    assert application.training_sets.get("parts", 1) == first
    assert [each.version for each in application.training_sets.all("parts")] == [2, 1]


def test_who_reviews_the_same_again_changes_nothing(application: Application) -> None:
    frame_id = reviewed(application, "one", DENT)
    version = application.builder.build("parts")
    finish(application, frame_id, opinion(DENT, by="ben", minutes=9))
    assert application.builder.waiting("parts").images == 1
    assert application.builder.build("parts") == version
    assert application.builder.waiting("parts").images == 0, "it was read, and is not read again"
    reviewed(application, "two", DENT)
    assert application.builder.build("parts").images == 2
    assert application.builder.waiting("parts").images == 0


def test_what_was_removed_comes_back_into_its_split(application: Application) -> None:
    names = [f"image {number}" for number in range(12)]
    ids = [reviewed(application, name, DENT) for name in names]
    application.builder.build("parts")
    before = {each: example.split for each, example in examples(application, 1).items()}
    for each in ids[:4]:
        withdraw(application, each)
    assert application.builder.build("parts").images == 8
    for each in ids[:4]:
        finish(application, each, opinion(BOLT))
    version = application.builder.build("parts")
    after = {each: example.split for each, example in examples(application, 3).items()}
    assert (after, version.changes.added) == (before, 4)
    assert sum(version.per_split.values()) == 12


def test_a_class_that_only_reviews_know_comes_behind_the_others(application: Application) -> None:
    reviewed(application, "one", Box("rust", 1.0, (10, 20, 30, 60)), DENT)
    version = application.builder.build("parts")
    assert (version.classes, version.widened) == ((*CLASSES, "rust"), ("rust",))
    application.history.add(settings(classes=["scale", *CLASSES, "rust"]), "test", utc_now())
    reviewed(application, "two", BOLT)
    later = application.builder.build("parts")
    assert later.classes == (*CLASSES, "rust", "scale"), "indices stay"
    assert later.widened == ()


def test_an_image_as_it_was_posted_takes_no_space_twice_and_outlives_its_frame(
    application: Application,
) -> None:
    frame_id = reviewed(application, "one", DENT)
    imported = application.spool.imported_frame("parts", frame_id)
    assert imported
    posted = application.store_folder / imported.frame.image.key
    data = posted.read_bytes()
    application.builder.build("parts")
    example = examples(application, 1)[frame_id]
    assert posted.stat().st_nlink == 2
    posted.unlink()
    assert application.training_sets.image("parts", example) == data
    assert list(application.verifier.verify("parts", 1)) == []


def test_an_image_that_lies_on_its_side_is_turned(application: Application) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    frame_id = import_frame(application, "turned", jpeg(240, 320, exif=exif))
    finish(application, frame_id, opinion(DENT))
    application.builder.build("parts")
    example = examples(application, 1)[frame_id]
    image = application.training_sets.image("parts", example)
    assert (example.width, example.height) == (320, 240)
    assert sha256(image).hexdigest() == example.sha256
    assert b"Exif" not in image


@pytest.mark.parametrize(
    ("task_type", "said"),
    [
        ("instance-segmentation",
         opinion(Box("dent", 1.0, (1, 2, 9, 9), polygon=((1, 2), (9, 2), (9, 9))),
                 Box("bolt", 1.0, (0, 0, 320, 1), mask=Rle((240, 320), "0a000")))),
        ("keypoint-detection",
         opinion(Box("dent", 1.0, (1, 2, 9, 9), keypoints=(Keypoint("tip", 3, 4),)))),
        ("classification", labelled("dent")),
        ("multi-label-classification", labelled("dent", "bolt")),
        ("multi-label-classification", labelled()),
    ],
)  # fmt: skip
def test_every_task_type_has_a_training_set(
    application: Application, task_type: str, said: object
) -> None:
    application.history.add(settings(task_type=task_type, rules=[]), "test", utc_now())
    frame_id = import_frame(application, "one", jpeg())
    finish(application, frame_id, said)  # type: ignore[arg-type]
    version = application.builder.build("parts")
    [example] = application.training_sets.examples("parts", 1)
    assert example.truth == said.truth  # type: ignore[attr-defined]
    assert str(version.task_type) == task_type
    points = ("tip",) if task_type == "keypoint-detection" else ()
    assert version.keypoints == points


def test_a_training_set_is_of_one_task_type(application: Application) -> None:
    reviewed(application, "one", DENT)
    application.builder.build("parts")
    application.history.add(settings(task_type="classification", rules=[]), "test", utc_now())
    with pytest.raises(InvalidInputError, match="task_type: 'classification', expected object"):
        application.builder.build("parts", everything=True)


def test_before_anybody_has_finished_there_is_nothing_to_build(application: Application) -> None:
    with pytest.raises(InvalidInputError, match="at least one finished review"):
        application.builder.build("parts")
    with pytest.raises(NotFoundError):
        application.builder.build("doors")
    assert application.training_sets.newest("parts") is None


def test_a_review_of_before_there_was_a_log_is_read(application: Application) -> None:
    frame_id = import_frame(application, "old", jpeg())
    document = {
        "frame_id": frame_id, "batch": BATCH, "task_id": 1, "annotation_id": 5,
        "reviewer": "ann@example.com", "finished_at": NOW, "seconds": None,
        "truth": Prediction(320, 240, (DENT,)),
    }  # fmt: skip
    key = f"projects/parts/reviews/{frame_id[:2]}/{frame_id}.json"
    application.store.put(key, msgspec.json.encode(document))
    assert application.builder.waiting("parts").images == 1
    assert application.builder.build("parts").images == 1
    reviewed(application, "new", BOLT)
    assert application.builder.build("parts").images == 2


def test_it_is_told_how_much_waits(application: Application) -> None:
    first = reviewed(application, "one", DENT)
    assert application.builder.waiting("parts").images == 1
    application.builder.build("parts")
    assert application.builder.waiting("parts").images == 0
    for _ in range(2):
        finish(application, first, opinion(BOLT))
    finish(application, frame_of("two"), opinion(BOLT))
    waiting = application.builder.waiting("parts")
    assert (waiting.images, waiting.batches) == (2, frozenset([BATCH]))


def test_reviews_that_are_saved_together_replace_earlier_ones(application: Application) -> None:
    frame_id, other = (reviewed(application, name, DENT) for name in ("one", "two"))
    application.reviews.withdraw("parts", other)
    review = application.reviews.find("parts", frame_id)
    assert review
    anew = [msgspec.structs.replace(review, task_id=at, frame_id=each)
            for at, each in ((7, frame_id), (8, other))]  # fmt: skip
    application.reviews.save_all("parts", anew)
    assert application.reviews.of_frames("parts", [frame_id, other]) == {
        frame_id: anew[0], other: anew[1],
    }  # fmt: skip
