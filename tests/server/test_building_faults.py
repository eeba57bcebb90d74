"""What cannot be trained on is set aside by name; a build that fails leaves all as it was."""

import errno
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from pydantic import SecretStr

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.batching import Batch
from plugin.domain.consensus import Opinion
from plugin.domain.errors import ConflictError, StoreError
from plugin.domain.prediction import Box, Keypoint, Rle
from plugin.stores.folder import FolderStore
from plugin.training_set.versions import Problem
from tests.samples import NOW, jpeg, settings
from tests.server.reviewed import (
    finish,
    import_frame,
    labelled,
    note,
    opinion,
    reviewed,
    withdraw,
)

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


def test_a_build_does_not_need_label_studio(application: Application) -> None:
    reviewed(application, "one", DENT)
    batch = Batch(
        name="2026-11-23", project="parts", period="2026-11-23", part=1, title="parts",
        label_studio_id=1, created_at=NOW,
    )  # fmt: skip
    application.batches.create(batch)
    # Nothing listens on port 1.
    token = SecretStr("0" * 40)
    nowhere = {"label_studio_url": "http://127.0.0.1:1", "label_studio_api_key": token}
    with_url = Application(application.config.model_copy(update=nowhere))
    certificate = with_url.builder.build("parts").certificate
    with_url.close()
    assert (certificate.images, certificate.counts) == (1, "not asked")
    assert certificate.reason.startswith("Label Studio: ")


def test_of_two_builds_at_once_the_second_is_told(application: Application) -> None:
    reviewed(application, "one", DENT)
    with (
        application.locks.hold_renewed("training-set:parts"),
        pytest.raises(ConflictError, match="is being written by somebody else"),
    ):
        application.builder.build("parts")
    assert application.training_sets.newest("parts") is None


def test_whoever_lost_the_lock_writes_no_version(application: Application) -> None:
    """Redis was emptied, and another build came in between: the first one of them stands."""
    reviewed(application, "one", DENT)
    sets = application.training_sets
    write = sets.add_images
    other = Application(application.config)

    def emptied_meanwhile(*given: Any) -> None:
        write(*given)
        sets.add_images = write  # type: ignore[method-assign]
        application.redis.flushdb()
        assert other.builder.build("parts").version == 1

    sets.add_images = emptied_meanwhile  # type: ignore[method-assign,assignment]
    with pytest.raises(ConflictError):
        application.builder.build("parts")
    other.close()
    assert [each.version for each in sets.all("parts")] == [1]
    assert list(application.verifier.verify("parts", 1)) == []


class FullDisk(FolderStore):
    """A folder on a disk with room for a number of writes."""

    room = 0

    def create_all(self, objects: Any) -> list[bool]:
        self._use()
        return super().create_all(objects)

    def put(self, key: str, data: bytes) -> None:
        self._use()
        super().put(key, data)

    def create(self, key: str, data: bytes) -> bool:
        self._use()
        return super().create(key, data)

    def _use(self) -> None:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= 1


@pytest.fixture
def full_disk(application: Application) -> FullDisk:
    store = FullDisk(application.store_folder)
    application.training_sets._store = store
    application.training_sets.segments._store = store
    return store


def test_on_a_full_disk_the_last_version_stays(
    application: Application, full_disk: FullDisk
) -> None:
    full_disk.room = 100
    reviewed(application, "one", DENT)
    first = application.builder.build("parts")
    reviewed(application, "two", Box("rust", 1.0, (1, 2, 3, 4)))
    reviewed(application, "three", Box("rust", 1.0, (1, 2, 1, 4)))
    tried = 0
    while True:
        full_disk.room = tried
        try:
            version = application.builder.build("parts")
            break
        except StoreError as error:
            assert "No space left on device" in str(error)
            assert application.training_sets.newest("parts") == first
        tried += 1
    # Images, records, their index, what was set aside, the version.
    assert (tried, version.images, version.problems) == (5, 2, 1)
    assert list(application.verifier.verify("parts", 2)) == []
