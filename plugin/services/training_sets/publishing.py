"""Publish: what was taken in becomes a version of the training set, all of it or nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from plugin.clock import Clock
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError, StoreError
from plugin.domain.settings import ProjectSettings
from plugin.services.training_sets.certifying import Certifier
from plugin.stores.locks import Locks
from plugin.stores.review.review_log import Cursor
from plugin.training_set.compacting import to_merge
from plugin.training_set.draft import Draft, Entry
from plugin.training_set.known import Known
from plugin.training_set.prepared import Prepared
from plugin.training_set.sets import TrainingSets
from plugin.training_set.versions import Problem, Segment, Version

TakeIn = Callable[[Draft, Known], Iterable[Entry]]
"""Brings images into a draft, and yields what is to be written of them, by image id."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How a version comes about: how far reviews were read, who asked."""

    cursor: Cursor
    by: str


@dataclass(frozen=True)
class Publisher:
    """Writes versions. `token` gives names that nothing in the Store has."""

    sets: TrainingSets
    certifier: Certifier
    clock: Clock
    token: Callable[[], str]

    def publish(
        self, settings: ProjectSettings, parent: Version | None, take_in: TakeIn, origin: Origin
    ) -> Version:
        """Write the version after `parent`, or return that where nothing is different.

        Raises:
            InvalidInputError: the project's task type is another one by now.
            ConflictError: somebody else has written it meanwhile.
            OSError: the Store refused; no version was added.
        """
        if parent and parent.task_type != settings.task_type:
            expected = f"{parent.task_type}, as in version {parent.version} of the training set"
            raise InvalidInputError(FieldError("task_type", str(settings.task_type), expected))
        project = settings.project
        number = parent.version + 1 if parent else 1
        name = f"{number:06d}-{self.token()}"
        segments = parent.segments if parent else ()
        known = Known(self.sets.segments, project, segments)
        problems = self.sets.problems(project, parent.version) if parent else ()
        draft = Draft(parent, known, settings, problems)
        written = self.sets.segments.write(project, name, take_in(draft, known))
        if parent and not draft.is_changed and parent.choose == settings.training_set.choose:
            self.sets.read_on(project, parent, origin.cursor)
            return parent
        if draft.problems:
            found = [draft.problems[each] for each in sorted(draft.problems)]
            self.sets.add_problems(project, name, found)
        segments = self._merged(project, (*segments, *([written] if written else [])), name)
        version = self._version(settings, draft, origin)
        version = msgspec.structs.replace(
            version, version=number, parent=number - 1, segments=segments,
            problems_name=name if draft.problems else "",
        )  # fmt: skip
        self.sets.add(project, version)
        return version

    def keep_images(self, project: str, prepared: Iterable[Prepared | Problem]) -> None:
        """Write the images of what was taken in, as far as they are not in the set already."""
        images = [each.image for each in prepared if isinstance(each, Prepared)]
        named = [(each.sha256, each.extension, each.data) for each in images if each.data]
        self.sets.add_images(project, named)
        posted = [
            (each.sha256, each.extension, each.posted_as) for each in images if each.posted_as
        ]
        self.sets.copy_images(project, posted)

    def _version(self, settings: ProjectSettings, draft: Draft, origin: Origin) -> Version:
        """What is known of a version but for its number and where it lies."""
        tally, batches = draft.tally, _positive(draft.batches)
        return Version(
            version=0,
            parent=0,
            created_at=self.clock(),
            created_by=origin.by,
            task_type=settings.task_type,
            classes=draft.classes,
            keypoints=draft.keypoints,
            widened=draft.widened,
            images=tally.images,
            annotations=tally.annotations,
            per_class=_positive(tally.per_class),
            per_split=_positive(tally.per_split),
            batches=batches,
            changes=tally.changes,
            problems=len(draft.problems),
            certificate=self.certifier.certify(settings.project, tally, batches),
            choose=settings.training_set.choose,
            cursor=origin.cursor,
        )

    def _merged(
        self, project: str, segments: tuple[Segment, ...], name: str
    ) -> tuple[Segment, ...]:
        """The same segments, those at the end merged where they are many."""
        merges = 0
        while count := to_merge(segments):
            merges += 1
            stream = self.sets.segments.merged(project, segments[-count:])
            one = self.sets.segments.write(project, f"{name}-{merges}", stream)
            segments = (*segments[:-count], *([one] if one else []))
        return segments


@contextmanager
def writing(locks: Locks, project: str) -> Iterator[None]:
    """Hold the lock on a project's training set, so that no work is done twice.

    Whoever loses it on the way does no harm: of two versions of one number the first one counts.
    What a disk says is said as the Store's word.

    Raises:
        ConflictError: somebody else writes it.
        StoreError: the Store refused or did not answer.
    """
    with locks.hold_renewed(f"training-set:{project}") as lease:
        if lease is None:
            raise ConflictError(
                f"the training set of {project!r} is being written by somebody else"
            )
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(error.strerror or str(error)) from error


def _positive(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count > 0}
