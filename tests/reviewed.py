"""Reviewed images as the analysis finds them: frames that are tasks, what people made of them."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import md5

from plugin.bootstrap import Application
from plugin.domain.consensus import Opinion
from plugin.domain.frame import Frame, ImageInfo
from plugin.domain.prediction import Box, Prediction
from plugin.stores.review_log import ReviewsChanged
from plugin.stores.reviews import Review
from plugin.stores.spool import image_key
from tests.samples import NOW

ANN, BEN = "ann@example.com", "ben@example.com"
BATCH = "2026-11-23"


def seen(*boxes: Box, version: str = "v1") -> Prediction:
    """What is in an image, as a model or a person says."""
    return Prediction(640, 480, boxes, model_version=version)


def opinion(truth: Prediction, reviewer: str = ANN, seconds: float | None = 8.0) -> Opinion:
    """One person's finished annotation."""
    return Opinion(reviewer, NOW, truth, seconds=seconds)


def frame_id(name: str) -> str:
    """The id of a made-up frame."""
    return md5(name.encode(), usedforsecurity=False).hexdigest()


def add_frame(
    application: Application, name: str, predicted: Prediction, rule: str = "unsure",
    received_at: datetime = NOW,
) -> str:  # fmt: skip
    """A frame that is a task; its id."""
    identifier = frame_id(name)
    key = image_key("parts", identifier, "jpg")
    image = ImageInfo(key, "image/jpeg", "", 640, 480, 1)
    frame = Frame(
        identifier, "parts", name, "line-3", received_at, received_at, BATCH, image,
        predicted, rule=rule,
    )  # fmt: skip
    application.spool.mark_all_imported(BATCH, [(frame, 1)], received_at)
    return identifier


def review(application: Application, identifier: str, opinions: Sequence[Opinion]) -> None:
    """What people made of a frame; collected, and noted as changed."""
    newest = opinions[-1]
    made = Review(
        frame_id=identifier, batch=BATCH, task_id=1, annotation_id=1,
        reviewer=newest.reviewer, finished_at=newest.finished_at, seconds=newest.seconds,
        truth=newest.truth, opinions=tuple(opinions),
    )  # fmt: skip
    application.reviews.save("parts", made)
    application.reviews.log.append("parts", ReviewsChanged(BATCH, (identifier,)), NOW)


def withdraw(application: Application, identifier: str) -> None:
    """Somebody deleted what was made of a frame."""
    application.reviews.withdraw("parts", identifier)
    application.reviews.log.append("parts", ReviewsChanged(BATCH, (identifier,)), NOW)
