"""The read side of a project's training set: its newest versions, and what they can be had as."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from plugin.bootstrap import Application
from plugin.domain.errors import NotFoundError
from plugin.training_set.formats.choosing import Format, fitting
from plugin.training_set.versions import Changes, Version

SHOWN_VERSIONS = 5
SHOWN_PROBLEMS = 5
SHOWN_CLASSES = 12

_STANDING = {
    "equal": ("Verified", "is-on"),
    "different": ("Counts differ", "is-warn"),
    "not asked": ("Not compared", "is-off"),
}
"""What a certificate says of the counts, in a word and a badge."""


@dataclass(frozen=True, slots=True)
class ClassChange:
    """Annotations of a class: how many a version has, and what is new against the one before."""

    name: str
    annotations: int
    added: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as a row; `word` and `badge` are what its certificate says, `details` in full."""

    version: int
    at: datetime
    by: str
    images: int
    annotations: int
    changes: Changes
    word: str
    badge: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingSetView:
    """The card: versions, newest first, and of the newest its classes, problems and formats.

    `more_versions`, `more_classes` and `more_problems` count what is not listed.
    """

    rows: tuple[VersionRow, ...] = ()
    more_versions: int = 0
    formats: tuple[Format, ...] = ()
    splits: tuple[tuple[str, int], ...] = ()
    classes: tuple[ClassChange, ...] = ()
    more_classes: int = 0
    widened: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    more_problems: int = 0


def training_set_view(
    application: Application, project: str, newest: Version | None
) -> TrainingSetView:
    """The training set of a project as its page shows it, from the Store alone."""
    if newest is None:
        return TrainingSetView()
    found = [newest, *_earlier(application, project, newest.version)]
    problems = application.training_sets.problems(project, newest.version)[:SHOWN_PROBLEMS]
    classes = sorted(newest.classes, key=lambda name: -newest.per_class.get(name, 0))
    return TrainingSetView(
        rows=tuple(map(_row, found)),
        more_versions=max(0, newest.version - len(found)),
        formats=fitting(newest.task_type),
        splits=tuple(newest.per_split.items()),
        classes=tuple(_change(newest, name) for name in classes[:SHOWN_CLASSES]),
        more_classes=max(0, len(classes) - SHOWN_CLASSES),
        widened=newest.widened,
        problems=tuple(map(str, problems)),
        more_problems=max(0, newest.problems - len(problems)),
    )


def _earlier(application: Application, project: str, newest: int) -> Iterator[Version]:
    """The versions before the newest, as many as are shown; versions are numbered without gaps."""
    for number in range(newest - 1, max(0, newest - SHOWN_VERSIONS), -1):
        try:
            yield application.training_sets.get(project, number)
        except NotFoundError:  # somebody has removed the old ones by hand
            return


def _row(version: Version) -> VersionRow:
    word, badge = _STANDING[version.certificate.counts]
    return VersionRow(
        version=version.version, at=version.created_at, by=version.created_by,
        images=version.images, annotations=version.annotations, changes=version.changes,
        word=word, badge=badge, details=tuple(_details(version)),
    )  # fmt: skip


def _details(version: Version) -> Iterator[str]:
    certificate = version.certificate
    if certificate.counts == "not asked" and certificate.reason:
        yield certificate.reason
    for each in certificate.differences:
        yield f"{each.batch}: {each.ours} here, {each.label_studio} in Label Studio"


def _change(version: Version, name: str) -> ClassChange:
    changes = version.changes.per_class.get(name, (0, 0, 0))
    return ClassChange(name, version.per_class.get(name, 0), *changes)
