"""What a training set is made of: images, what is in them, and where that is known from."""

from datetime import datetime

import msgspec

from plugin.domain.consensus import Opinion
from plugin.domain.prediction import Prediction
from plugin.domain.splitting import Split

__all__ = ["Example", "Opinion", "Provenance", "REVIEW", "Split"]

REVIEW = "review"
"""The origin of what people reviewed in Label Studio."""


class Provenance(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an image and its truth come from.

    `origin` is `review`, or `import:<name>` for what was there before; `source` is then the path
    of its file in that set. `rule` and `model_version` are those with which the frame was kept,
    `seconds` is the time that its review took.
    """

    origin: str
    frame_id: str = ""
    deployment: str = ""
    model_version: str = ""
    rule: str = ""
    batch: str = ""
    task_id: int = 0
    reviewer: str = ""
    finished_at: datetime | None = None
    seconds: float | None = None
    source: str = ""


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One image of a training set, with the truth about it.

    `file_name` is `<image_id>.<extension>`; `sha256`, `width`, `height` (pixels) and `content_type`
    are of the image as it is trained on, upright. What is of one `group` is in one split. `truth`
    has boxes in pixels inside the image; none where it is a negative. `opinions` holds everybody's
    where several people reviewed it.
    """

    image_id: str
    file_name: str
    sha256: str
    width: int
    height: int
    content_type: str
    split: Split
    group: str
    truth: Prediction
    provenance: Provenance
    opinions: tuple[Opinion, ...] = ()

    @property
    def extension(self) -> str:
        """Of the image's file, without a dot."""
        return self.file_name.rpartition(".")[2]
