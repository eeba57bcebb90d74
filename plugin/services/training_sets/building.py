"""Build: finished reviews become the next version of the training set.

A build reads what changed since the last one, and writes that: a version costs what is new in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.frame import ImportedFrame
from plugin.domain.settings import ProjectSettings
from plugin.services.training_sets.preparing import Preparer
from plugin.services.training_sets.publishing import Origin, Publisher, writing
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Locks
from plugin.stores.review.review_log import Cursor
from plugin.stores.review.reviews import Review, Reviews, Waiting
from plugin.stores.settings_history import SettingsHistory
from plugin.training_set.draft import Draft, Entry
from plugin.training_set.examples import REVIEW, Example
from plugin.training_set.known import Known
from plugin.training_set.prepared import Prepared
from plugin.training_set.sets import TrainingSets
from plugin.training_set.versions import Problem, Version

IMAGES_AT_ONCE = 128
"""Images that are written together; twice as many are in memory."""

BYTES_AT_ONCE = 32_000_000
"""The size that they may have together, as they were posted."""

THREADS = 4
"""That read and look at images; what is slow in it runs without Python's lock."""


@dataclass(frozen=True)
class Builder:
    """From reviews to a training set."""

    history: SettingsHistory
    reviews: Reviews
    spool: Spool
    sets: TrainingSets
    preparer: Preparer
    publisher: Publisher
    locks: Locks

    def build(self, project: str, by: str = "", *, everything: bool = False) -> Version:
        """Write the next version, or return the newest where nothing has changed since.

        Args:
            project: its name.
            by: who asked for it.
            everything: read all reviews again, not only what changed.

        Raises:
            NotFoundError: there is no such project.
            ConflictError: the project's training set is being written by somebody else.
            InvalidInputError: nobody has finished a review yet.
            StoreError: the Store refused or did not answer; everything is as it was.
        """
        settings = self.history.newest(project).settings
        with writing(self.locks, project):
            parent = self.sets.newest(project)
            ids, cursor = self._changed(settings, parent, everything=everything)
            if parent is None and not ids:
                expected = "at least one finished review; `lsal collect` looks for them"
                raise InvalidInputError(FieldError("reviews", 0, expected))
            with ThreadPoolExecutor(THREADS) as threads:
                work = _Work(self, settings, threads)
                return self.publisher.publish(
                    settings, parent, lambda draft, known: work.entries(draft, known, ids),
                    Origin(cursor, by),
                )  # fmt: skip

    def waiting(self, project: str) -> Waiting:
        """What the next version would be made of: a few small documents tell."""
        return self.waiting_behind(project, self.sets.newest(project))

    def waiting_behind(self, project: str, version: Version | None) -> Waiting:
        """What was reviewed since a version, the newest; all of it where there is none."""
        return self.reviews.waiting(project, self._cursor(project, version))

    def _cursor(self, project: str, version: Version | None) -> Cursor | None:
        """How far reviews were read; None where there was no log yet, or no version."""
        cursor = self.sets.cursor(project, version) if version else Cursor()
        return cursor if cursor.last else None

    def _changed(
        self, settings: ProjectSettings, parent: Version | None, *, everything: bool
    ) -> tuple[list[str], Cursor]:
        """The frames to look at, sorted: what changed, or all where another choice is wanted."""
        project = settings.project
        again = everything or (parent and parent.choose != settings.training_set.choose)
        cursor = None if again else self._cursor(project, parent)
        ids, after = self.reviews.changed_since(project, cursor)
        if cursor is None:
            ids = sorted({*ids, *self._taken(project, parent)})
        return ids, after

    def _taken(self, project: str, parent: Version | None) -> Iterator[str]:
        """The reviewed images of a version, and those set aside: a review may be withdrawn."""
        if parent is None:
            return
        for example in self.sets.examples(project, parent.version):
            if example.provenance.origin == REVIEW:
                yield example.image_id
        for problem in self.sets.problems(project, parent.version):
            yield problem.image_id


@dataclass(frozen=True, slots=True)
class _Group:
    """Images that are looked at together: where their records are, what they were, what they get.

    `prepared` is in the order of `reviews`.
    """

    ids: Sequence[str]
    places: dict[str, int]
    before: dict[str, Example]
    reviews: Sequence[Review]
    prepared: Iterator[Prepared | Problem]


@dataclass(frozen=True, slots=True)
class _Work:
    """One build."""

    parts: Builder
    settings: ProjectSettings
    threads: ThreadPoolExecutor

    def entries(self, draft: Draft, known: Known, ids: Sequence[str]) -> Iterator[Entry]:
        """Take in frames by id, group by group, and yield what is to be written."""
        before: _Group | None = None
        for group in self._groups(known, ids):
            # The threads are at work on this one while the one before is written.
            if before:
                yield from self._take(draft, before)
            before = group
        if before:
            yield from self._take(draft, before)

    def _groups(self, known: Known, ids: Sequence[str]) -> Iterator[_Group]:
        """Begin to prepare frames, as many as one group may have, and as large."""
        for at in range(0, len(ids), IMAGES_AT_ONCE):
            some = ids[at : at + IMAGES_AT_ONCE]
            frames = self.parts.spool.imported_frames(self.settings.project, some)
            sizes = {each: frame.frame.image.size for each, frame in frames.items()}
            for few in _of_size(some, sizes, BYTES_AT_ONCE):
                yield self._begin(known, few, frames)

    def _begin(
        self, known: Known, ids: Sequence[str], frames: Mapping[str, ImportedFrame]
    ) -> _Group:
        places = known.places(ids)
        before = known.examples(places)
        reviews = list(self.parts.reviews.of_frames(self.settings.project, ids).values())

        def prepare(review: Review) -> Prepared | Problem:
            frame_id = review.frame_id
            return self.parts.preparer.prepare(
                review, frames.get(frame_id), before.get(frame_id), self.settings
            )

        return _Group(ids, places, before, reviews, self.threads.map(prepare, reviews))

    def _take(self, draft: Draft, group: _Group) -> list[Entry]:
        ids = [review.frame_id for review in group.reviews]
        prepared = dict(zip(ids, group.prepared, strict=True))
        self.parts.publisher.keep_images(self.settings.project, prepared.values())
        taken = []
        for each in group.ids:
            was, place, now = group.before.get(each), group.places.get(each), prepared.get(each)
            if now is None:
                taken.append(draft.remove(each, was, place))
            elif isinstance(now, Problem):
                taken.append(draft.set_aside(now, was, place))
            else:
                taken.append(draft.take(now, was, place))
        return [entry for entry in taken if entry]


def _of_size(ids: Sequence[str], sizes: Mapping[str, int], limit: int) -> Iterator[Sequence[str]]:
    """Parts of a list whose sizes add up to no more than a limit, or that have one member."""
    part: list[str] = []
    total = 0
    for each in ids:
        size = sizes.get(each, 0)
        if part and total + size > limit:
            yield part
            part, total = [], 0
        part.append(each)
        total += size
    if part:
        yield part
