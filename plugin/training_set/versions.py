"""A version of a training set: what is known of it without reading its examples."""

from datetime import datetime
from typing import Literal

import msgspec

from plugin.domain.prediction import TaskType
from plugin.domain.training_settings import Choice
from plugin.stores.review.review_log import Cursor

MAX_SHOWN = 200  # characters of a value


class Changes(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is new against the version before, in images.

    `per_class` counts annotations: added, changed, removed; a class without any is left out.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    per_class: dict[str, tuple[int, int, int]] = {}

    @property
    def total(self) -> int:
        """Images that were touched."""
        return self.added + self.changed + self.removed


class CountDifference(msgspec.Struct, frozen=True):
    """A batch in which Label Studio counts other annotations than we have, and their numbers."""

    batch: str
    ours: int
    label_studio: int


class Certificate(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was proved when a version was written.

    Of what is new in it, every image was read, is the one that was posted and has the size that it
    was reviewed at; every box lies inside its image and every label is a class. What was there
    before was proved by the versions before. `counts` says whether Label Studio counts the same
    finished annotations; `reason` why it was not asked.
    """

    checked_at: datetime
    images: int
    annotations: int
    counts: Literal["equal", "different", "not asked"]
    reason: str = ""
    differences: tuple[CountDifference, ...] = ()


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a reviewed image is not in the training set: what is wrong, and where.

    It stays until the image is reviewed anew; the review itself is kept, with the number of its
    `annotations`.
    """

    image_id: str
    field: str
    value: str
    expected: str
    batch: str = ""
    task_id: int = 0
    annotations: int = 0

    def __str__(self) -> str:
        """Say it in one line."""
        place = f" (batch {self.batch}, task {self.task_id})" if self.batch else ""
        return f"{self.image_id}{place}: {self.field}: {self.value}, expected {self.expected}"


def shown(value: object) -> str:
    """A value as a problem names it: cut where it is as long as an outline."""
    text = str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


class Segment(msgspec.Struct, frozen=True):
    """A run of records in the Store, by image id.

    `name` is its folder, `records` its length, `digest` the SHA-256 of its list of digests.
    """

    name: str
    records: int
    digest: str = ""


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version; it is never changed.

    `parent` is the version that it was made from, 0 for the first. `widened` are classes that the
    settings do not name: reviews do. `per_class` counts annotations, `per_split` images, `batches`
    finished annotations by batch. `problems` counts reviewed images that are set aside.
    `segments`, oldest first, hold its examples: of several records of an image the last counts.
    """

    version: int
    parent: int
    created_at: datetime
    created_by: str = ""
    task_type: TaskType
    classes: tuple[str, ...]
    keypoints: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    images: int
    annotations: int
    per_class: dict[str, int]
    per_split: dict[str, int]
    batches: dict[str, int] = {}
    changes: Changes
    problems: int = 0
    problems_name: str = ""
    certificate: Certificate
    choose: Choice = "newest"
    cursor: Cursor = Cursor()
    segments: tuple[Segment, ...] = ()
