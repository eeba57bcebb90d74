"""Reviewed images as the analysis finds them: frames that are tasks, what people made of them."""

from datetime import datetime
from hashlib import sha256

from plugin.bootstrap import Application
from plugin.domain.consensus import Opinion
from plugin.domain.frame import Frame, ImageInfo
from plugin.domain.prediction import Box, Prediction
from plugin.stores.frames.spool import image_key
from plugin.stores.review.review_log import ReviewsChanged
from plugin.stores.review.reviews import Review
from tests.samples import NOW

ANN, BEN = "ann@example.com", "ben@example.com"
BATCH = "2026-11-23"


def seen(*boxes: Box, version: str = "v1") -> Prediction:
    """What is in an image, as a model or a person says."""
    return Prediction(640, 480, boxes, model_version=version)


def opinion(truth: Prediction, reviewer: str = ANN, seconds: float | None = 8.0) -> Opinion:
    """One person's finished annotation."""
    return Opinion(reviewer, NOW, truth, seconds=seconds, annotation_id=1)


def frame_of(name: str) -> str:
    """A frame id, 32 hex digits, of a short name."""
    return sha256(name.encode()).hexdigest()[:32]


def add_frame(
    application: Application, name: str, predicted: Prediction, rule: str = "unsure",
    received_at: datetime = NOW,
) -> str:  # fmt: skip
    """A frame that is a task; its id."""
    identifier = frame_of(name)
    key = image_key("parts", identifier, "jpg")
    image = ImageInfo(key, "image/jpeg", "", 640, 480, 1)
    frame = Frame(
        identifier, "parts", name, "line-3", received_at, received_at, BATCH, image,
        predicted, rule=rule,
    )  # fmt: skip
    application.spool.mark_all_imported(BATCH, [(frame, 1)], received_at)
    return identifier


def finish(application: Application, frame_id: str, *opinions: Opinion) -> None:
    """Keep what was said of a frame, and note it as a look at a batch does."""
    newest = opinions[-1]
    review = Review(
        frame_id=frame_id, batch=BATCH, task_id=1, annotation_id=newest.annotation_id,
        reviewer=newest.reviewer, finished_at=newest.finished_at, seconds=newest.seconds,
        truth=newest.truth, opinions=opinions,
    )  # fmt: skip
    application.reviews.save("parts", review)
    note(application, frame_id)


def withdraw(application: Application, frame_id: str) -> None:
    """Forget what was said of a frame, and note it."""
    application.reviews.withdraw("parts", frame_id)
    note(application, frame_id)


def note(application: Application, *frame_ids: str) -> None:
    """Note that reviews changed."""
    application.reviews.log.append("parts", ReviewsChanged(BATCH, frame_ids), NOW)
