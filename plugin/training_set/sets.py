"""Training sets in the Store. A version exists once it is under `versions/`, and never changes.

    datasets/<project>/versions/000001.json           a version; written last
                       segments/<name>/00000.jsonl    records, by image id
                       segments/<name>/index          what look-ups need, a row a record
                       segments/<name>/digests.json   SHA-256 of all of these
                       problems/<name>.json           reviewed images that are set aside
                       images/<ab>/<sha256>.<ext>     shared by all versions
                       read-on.json                   how far reviews brought nothing new since

What a version adds lies in a segment of its own, so an increment costs what it holds. Segments are
merged when there are many of a size.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from plugin.domain.errors import ConflictError, NotFoundError
from plugin.stores.documents import encode, read, read_all
from plugin.stores.objects import Copy, ObjectStore
from plugin.stores.review.review_log import Cursor
from plugin.training_set.examples import Example
from plugin.training_set.segments import Segments
from plugin.training_set.versions import Problem, Version


class Problems(msgspec.Struct, frozen=True):
    """All problems of a version, by image id."""

    items: tuple[Problem, ...] = ()


class ReadOn(msgspec.Struct, frozen=True):
    """How far reviews were read behind a version, without anything new for the next one."""

    version: int
    cursor: Cursor


class TrainingSets:
    """Reads versions of training sets, and adds them."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.segments = Segments(store)

    def newest(self, project: str) -> Version | None:
        """The newest version of a project's training set; None where there is none."""
        keys = list(self._store.keys(_versions(project)))
        return read(self._store, keys[-1], Version) if keys else None

    def get(self, project: str, version: int) -> Version:
        """One version.

        Raises:
            NotFoundError: there is none of this number.
        """
        found = read(self._store, _version(project, version), Version)
        if found is None:
            raise NotFoundError("training set version", f"{project} {version}")
        return found

    def chosen(self, project: str, version: int | None) -> Version:
        """One version, the newest where none is named.

        Raises:
            NotFoundError: there is none of this number, or none at all.
        """
        if version is not None:
            return self.get(project, version)
        newest = self.newest(project)
        if newest is None:
            raise NotFoundError("training set of", project)
        return newest

    def all(self, project: str) -> list[Version]:
        """Every version, newest first."""
        return list(read_all(self._store, _versions(project), Version))[::-1]

    def examples(self, project: str, version: int) -> Iterator[Example]:
        """Yield the examples of a version by image id; few of them are in memory at a time.

        Raises:
            NotFoundError: there is no such version.
            StoreError: a part of it is gone or was changed.
        """
        segments = self.get(project, version).segments
        for record, _ in self.segments.merged(project, segments):
            if record.example is not None:
                yield record.example

    def image(self, project: str, example: Example) -> bytes:
        """The image of an example, as it is trained on.

        Raises:
            NotFoundError: it is gone from the Store.
        """
        return self._store.get(image_key(project, example.sha256, example.extension))

    def problems(self, project: str, version: int) -> tuple[Problem, ...]:
        """Reviewed images that are set aside, with what is wrong with them, by image id.

        Raises:
            NotFoundError: there is no such version.
        """
        name = self.get(project, version).problems_name
        found = read(self._store, _problems(project, name), Problems) if name else None
        return found.items if found else ()

    def cursor(self, project: str, version: Version) -> Cursor:
        """How far reviews were read for a version, or behind it."""
        found = read(self._store, _read_on(project), ReadOn)
        return found.cursor if found and found.version == version.version else version.cursor

    def read_on(self, project: str, version: Version, cursor: Cursor) -> None:
        """Note how far reviews were read that brought nothing new."""
        if cursor != self.cursor(project, version):
            self._store.put(_read_on(project), encode(ReadOn(version.version, cursor)))

    def add_images(self, project: str, images: Iterable[tuple[str, str, bytes]]) -> None:
        """Write images, each with its SHA-256 and its extension, unless they are there."""
        named = {image_key(project, digest, kind): data for digest, kind, data in images}
        self._store.create_all(list(named.items()))

    def copy_images(self, project: str, images: Iterable[tuple[str, str, str]]) -> None:
        """Have images that lie in the Store already: SHA-256, extension, and the key of each.

        Raises:
            NotFoundError: one of them does not lie there any more.
        """
        wanted = {image_key(project, digest, kind): key for digest, kind, key in images}
        self._store.copy_all([Copy(key, other) for other, key in wanted.items()])

    def add_problems(self, project: str, name: str, problems: Sequence[Problem]) -> None:
        """Write what is set aside in a version that is about to be added."""
        self._store.put(_problems(project, name), encode(Problems(tuple(problems))))

    def add(self, project: str, version: Version) -> None:
        """Let a version exist; whatever it names has been written.

        Raises:
            ConflictError: somebody else has added one of this number.
        """
        if not self._store.create(_version(project, version.version), encode(version)):
            raise ConflictError(
                f"version {version.version} of the training set of {project!r} was written by"
                " somebody else meanwhile"
            )


def image_key(project: str, sha256: str, extension: str) -> str:
    """Where an image of a training set lies in the Store."""
    return f"datasets/{project}/images/{sha256[:2]}/{sha256}.{extension}"


def _versions(project: str) -> str:
    return f"datasets/{project}/versions/"


def _version(project: str, version: int) -> str:
    return f"{_versions(project)}{version:06d}.json"


def _read_on(project: str) -> str:
    return f"datasets/{project}/read-on.json"


def _problems(project: str, name: str) -> str:
    return f"datasets/{project}/problems/{name}.json"
