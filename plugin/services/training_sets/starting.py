"""Start: version 1 of a training set is made of one that is there already."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from plugin.domain.errors import ConflictError, FieldError, InvalidInputError
from plugin.domain.settings import ProjectSettings
from plugin.domain.truths import fitted
from plugin.images import take_in
from plugin.services.training_sets.preparing import as_posted
from plugin.services.training_sets.publishing import Origin, Publisher, writing
from plugin.stores.locks import Locks
from plugin.stores.review.review_log import Cursor
from plugin.stores.settings_history import SettingsHistory
from plugin.training_set.draft import Draft, Entry
from plugin.training_set.examples import Provenance
from plugin.training_set.grouping import Traits
from plugin.training_set.known import Known
from plugin.training_set.prepared import Prepared, PreparedImage
from plugin.training_set.reading.choosing import read_set
from plugin.training_set.reading.found import FoundImage, FoundSet
from plugin.training_set.versions import Problem, Version, shown

IMAGES_AT_ONCE = 32
THREADS = 4

_RANKS = {"test": "0", "val": "1", "train": "2", None: "3"}
"""What the ids of images begin with: those of the test split come first, and so decide on which
side others are that look like them.
"""


@dataclass(frozen=True)
class Starter:
    """From a folder of somebody's to the first version."""

    history: SettingsHistory
    publisher: Publisher
    locks: Locks

    def start(
        self, project: str, root: Path, named: str | None = None, *, name: str = "", by: str = ""
    ) -> Version:
        """Read a set of files, and write it as version 1.

        Args:
            project: its name.
            root: a folder, a COCO file, or YOLO's data.yaml.
            named: `coco`, `yolo` or `folder`; recognised where it is None.
            name: what its origin is called; that of the folder, unless said.
            by: who asked for it.

        Raises:
            NotFoundError: there is no such project.
            ConflictError: it has a training set already, or one is being written.
            InvalidInputError: the set cannot be read, or does not fit the task type.
            StoreError: the Store refused or did not answer; there is no version.
        """
        settings = self.history.newest(project).settings
        if not root.exists():
            raise InvalidInputError(FieldError("from", str(root), "a file or a folder"))
        found = read_set(root, settings.task_type, named)
        images = _by_id(found)
        called = f"import:{name or root.resolve().name}"
        with writing(self.locks, project):
            if parent := self.publisher.sets.newest(project):
                raise ConflictError(
                    f"project {project!r} has a training set already: version {parent.version}"
                )
            with ThreadPoolExecutor(THREADS) as threads:
                work = _Work(self.publisher, settings, called, threads)

                def take_in(draft: Draft, _: Known) -> Iterator[Entry]:
                    draft.name(found.classes, found.keypoints)
                    return work.entries(draft, images)

                origin = Origin(Cursor(), by)
                return self.publisher.publish(settings, None, take_in, origin)


def _by_id(found: FoundSet) -> list[tuple[str, FoundImage]]:
    """The images with their ids, sorted.

    Raises:
        InvalidInputError: two of them are the same file.
    """
    for source, count in Counter(each.source for each in found.images).most_common(1):
        if count > 1:
            expected = "each image once and in one split; name one file where several have it"
            raise InvalidInputError(FieldError("from", source, expected))
    return sorted({_id_of(each): each for each in found.images}.items())


def _id_of(image: FoundImage) -> str:
    digest = blake2b(image.source.encode(), digest_size=16).hexdigest()
    return _RANKS[image.split] + digest[1:]


@dataclass(frozen=True, slots=True)
class _Work:
    """One import."""

    publisher: Publisher
    settings: ProjectSettings
    origin: str
    threads: ThreadPoolExecutor

    def entries(self, draft: Draft, images: Sequence[tuple[str, FoundImage]]) -> Iterator[Entry]:
        """Take in images, some at a time, and yield what is to be written."""
        for at in range(0, len(images), IMAGES_AT_ONCE):
            some = images[at : at + IMAGES_AT_ONCE]
            prepared = list(self.threads.map(lambda each: self._prepare(*each), some))
            self.publisher.keep_images(self.settings.project, prepared)
            for each in prepared:
                if isinstance(each, Problem):
                    entry = draft.set_aside(each, None, None)
                else:
                    entry = draft.take(each, None, None)
                if entry:
                    yield entry

    def _prepare(self, image_id: str, found: FoundImage) -> Prepared | Problem:
        try:
            image, look = self._image(found.path)
            truth, errors = fitted(
                found.truth(image.width, image.height),
                (image.width, image.height),
                self.settings.task_type,
            )
        except InvalidInputError as error:
            return _problem(image_id, found, error.errors[0])
        except OSError as error:
            expected = f"a file that can be read: {error.strerror or error}"
            return _problem(image_id, found, FieldError("file", found.path.name, expected))
        if errors:
            return _problem(image_id, found, errors[0])
        return Prepared(
            image_id, image, truth, Provenance(self.origin, source=found.source), (),
            Traits(image_id, look=look), found.split,
        )  # fmt: skip

    def _image(self, path: Path) -> tuple[PreparedImage, int | None]:
        data, facts = take_in(
            path.read_bytes(),
            keep_metadata=self.settings.image.keep_metadata,
            with_look=self.settings.training_set.alike_together,
        )
        return as_posted(data, facts), facts.look


def _problem(image_id: str, found: FoundImage, error: FieldError) -> Problem:
    return Problem(image_id, f"{found.source}: {error.field}", shown(error.value), error.expected)
