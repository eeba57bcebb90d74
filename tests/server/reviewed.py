"""Frames that are tasks with finished reviews, put straight into the Store."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from plugin.bootstrap import Application
from plugin.domain.consensus import Opinion
from plugin.domain.frame import Frame, ImageInfo
from plugin.domain.prediction import Box, Label, Prediction
from plugin.images import inspect
from plugin.stores.frames.spool import image_key
from tests.reviewed import BATCH, finish, frame_of
from tests.samples import NOW, jpeg


def opinion(*boxes: Box, by: str = "ann", minutes: int = 0, **changes: Any) -> Opinion:
    """What somebody finished, some minutes after noon."""
    return Opinion(
        reviewer=f"{by}@example.com",
        finished_at=NOW + timedelta(minutes=minutes),
        truth=Prediction(320, 240, boxes),
        annotation_id=100 + minutes,
        seconds=3.0,
        **changes,
    )


def labelled(*labels: str, by: str = "ann", minutes: int = 0) -> Opinion:
    """The same for labels of the whole image."""
    truth = Prediction(320, 240, labels=tuple(Label(each, 1.0) for each in labels))
    return msgspec.structs.replace(opinion(by=by, minutes=minutes), truth=truth)


def import_frame(application: Application, name: str, image: bytes, **metadata: str) -> str:
    """A frame that is a task; return its id."""
    frame_id = frame_of(name)
    facts = inspect(image)
    key = image_key("parts", frame_id, facts.extension)
    info = ImageInfo(
        key, facts.content_type, sha256(image).hexdigest(), facts.width, facts.height, len(image)
    )
    prediction = Prediction(facts.width, facts.height, model_version="v7")
    frame = Frame(
        frame_id, "parts", name, "line-3", NOW, NOW, BATCH, info, prediction,
        rule="unsure", metadata=dict(metadata),
    )  # fmt: skip
    application.spool.add(frame, image)
    application.spool.mark_all_imported(BATCH, [(frame, 1)], NOW)
    return frame_id


def reviewed(application: Application, name: str, *boxes: Box, seed: int | None = None) -> str:
    """A frame with a picture of its own and one finished annotation; return its id."""
    # Pictures of other names are of other seeds: they do not look alike.
    number = int(frame_of(name)[:6], 16) if seed is None else seed
    frame_id = import_frame(application, name, jpeg(seed=number))
    finish(application, frame_id, opinion(*boxes))
    return frame_id
