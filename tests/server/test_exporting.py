"""Training sets: which classes they know, and what is refused rather than lost."""

import msgspec
import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.errors import InvalidInputError
from plugin.domain.frame import Frame, ImageInfo
from plugin.domain.prediction import Box, Prediction
from plugin.stores.reviews import Review
from plugin.stores.spool import image_key
from tests.samples import CLASSES, NOW, jpeg, settings


def reviewed(application: Application, frame_id: str, *boxes: Box) -> None:
    """A frame that is a task, and its finished review."""
    truth = Prediction(320, 240, boxes)
    key = image_key("parts", frame_id, "jpg")
    image = ImageInfo(key, "image/jpeg", "", 320, 240, 1)
    frame = Frame(frame_id, "parts", frame_id, "line-3", NOW, NOW, "2026-11-23", image, truth)
    application.spool.add(frame, jpeg())
    application.spool.mark_all_imported("2026-11-23", [(frame, 1)], NOW)
    review = Review(
        frame_id=frame_id, batch="2026-11-23", task_id=1, annotation_id=1,
        reviewer="ann@example.com", finished_at=NOW, seconds=3.0, truth=truth,
    )  # fmt: skip
    application.reviews.save("parts", review)


def test_a_class_that_only_reviews_know_comes_behind_the_others(application: Application) -> None:
    reviewed(
        application, "a" * 32, Box("rust", 1.0, (10, 20, 30, 60)), Box("dent", 1.0, (1, 2, 3, 4))
    )
    manifest = application.exporter.export("parts")
    assert manifest.classes == (*CLASSES, "rust")
    folder = application.store_folder / application.training_sets.folder("parts", 1)
    labels = (folder / f"labels/{'a' * 32}.txt").read_text().split("\n")
    assert [line.split()[0] for line in labels if line] == ["3", "1"]
    coco = msgspec.json.decode((folder / "annotations.coco.json").read_bytes())
    assert [each["category_id"] for each in coco["annotations"]] == [4, 2]


def test_an_image_without_boxes_stays_as_a_negative(application: Application) -> None:
    reviewed(application, "b" * 32)
    manifest = application.exporter.export("parts")
    assert (manifest.images, manifest.annotations) == (1, 0)
    folder = application.store_folder / application.training_sets.folder("parts", 1)
    assert (folder / f"labels/{'b' * 32}.txt").read_text() == ""
    assert (folder / f"images/{'b' * 32}.jpg").is_file()


def test_a_task_type_without_a_training_set_is_refused(application: Application) -> None:
    application.history.add(settings(task_type="classification", rules=[]), "test", utc_now())
    with pytest.raises(InvalidInputError, match="task_type: 'classification'"):
        application.exporter.export("parts")


def test_a_version_cut_short_does_not_exist(application: Application) -> None:
    reviewed(application, "c" * 32)
    folder = application.store_folder / "datasets/parts/v0001"
    folder.mkdir(parents=True)
    (folder / "data.yaml").write_text("left behind by a crash")
    assert application.exporter.export("parts").version == 1
    assert (folder / "manifest.json").is_file()
