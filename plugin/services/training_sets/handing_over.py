"""Handing a training set over: a version in some formats, to a folder, an archive or a bucket."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError, NotFoundError, UnavailableError
from plugin.stores.backends.locating import CLOUDS, open_store
from plugin.stores.objects import check_key
from plugin.training_set.archive import zipped
from plugin.training_set.examples import Example
from plugin.training_set.formats.choosing import Format, choose
from plugin.training_set.formats.contents import Contents, File
from plugin.training_set.formats.describing import describe
from plugin.training_set.places import write_archive, write_bucket, write_folder
from plugin.training_set.sets import TrainingSets
from plugin.training_set.versions import Version

READ_AHEAD = 8
"""Images that are read, and kept, before they are asked for."""

EXPECTED = "a folder, a file ….zip, s3://bucket/folder, gs://bucket/folder or az://container/folder"


@dataclass(frozen=True)
class Delivery:
    """One version in the formats that were chosen, ready to be written."""

    project: str
    version: Version
    formats: tuple[Format, ...]
    training_sets: TrainingSets

    def files(self) -> Iterator[File]:
        """Yield its files, `dataset.json` last; with several formats each has its own folder.

        Raises:
            UnavailableError: an image is gone from the Store, or is not the one it was.
        """
        contents = self._contents()
        for each in self.formats:
            folder = f"{each.name}/" if len(self.formats) > 1 else ""
            for path, data in each.write(contents):
                yield File(folder + path, data)
        yield describe(contents, self.formats, self.version.per_split)

    def archive(self) -> Iterator[bytes]:
        """Yield it as a ZIP archive, piece by piece.

        Raises:
            UnavailableError: an image is gone from the Store, or is not the one it was.
        """
        return zipped(self.files(), self.version.created_at)

    def said(self) -> bytes:
        """What tells it from others, as JSON."""
        names = [each.name for each in self.formats]
        return msgspec.json.encode([self.project, self.version.version, names])

    def _contents(self) -> Contents:
        reader = _Reader(self.training_sets, self.project, self.version.version)
        return Contents(
            project=self.project, version=self.version.version,
            created_at=self.version.created_at, task_type=self.version.task_type,
            classes=self.version.classes, keypoints=self.version.keypoints,
            examples=reader.examples, image=reader.image,
        )  # fmt: skip


@dataclass(frozen=True)
class HandOver:
    """Everything that leaves us for a trainer."""

    training_sets: TrainingSets

    def prepare(self, project: str, number: int | None, formats: Sequence[str]) -> Delivery:
        """A version in formats, by their names; None is the newest version.

        Raises:
            NotFoundError: there is no such version, or none at all.
            InvalidInputError: a format is unknown, or does not fit the task type.
        """
        found = self._newest(project) if number is None else self.training_sets.get(project, number)
        return Delivery(project, found, choose(formats, found.task_type), self.training_sets)

    def hand_over(self, delivery: Delivery, to: str) -> None:
        """Write it to a folder, to a file that ends in `.zip`, or to a folder of a bucket.

        Raises:
            InvalidInputError: `to` is none of them.
            ConflictError: something is there already.
            UnavailableError: the place refused, or an image is gone from the Store.
        """
        scheme, separator, _ = to.partition("://")
        if separator:
            self._to_bucket(delivery, scheme, to)
        elif to.endswith(".zip"):
            path, at = Path(to).expanduser().absolute(), delivery.version.created_at
            write_archive(delivery.files(), path, at)
        else:
            write_folder(delivery.files(), Path(to).expanduser().absolute())

    def _to_bucket(self, delivery: Delivery, scheme: str, to: str) -> None:
        parts = urlsplit(to)
        folder = parts.path.strip("/")
        named = scheme in CLOUDS and parts.netloc and "@" not in parts.netloc and folder
        if not named or parts.query or parts.fragment:
            raise InvalidInputError(FieldError("to", to, EXPECTED))
        try:
            check_key(folder)
        except ValueError:
            expected = "a folder of letters, digits, `.`, `_`, `-` and `/`"
            raise InvalidInputError(FieldError("to", to, expected)) from None
        store = open_store(f"{scheme}://{parts.netloc}")
        write_bucket(delivery.files(), store, folder, delivery.said())

    def _newest(self, project: str) -> Version:
        found = self.training_sets.newest(project)
        if found is None:
            raise NotFoundError("training set of", project)
        return found


@dataclass(frozen=True)
class _Reader:
    """Reads images while those before them are being written, and looks whether they are right."""

    training_sets: TrainingSets
    project: str
    version: int
    _under_way: dict[str, Future[bytes]] = field(default_factory=dict)

    def examples(self) -> Iterator[Example]:
        left = self.training_sets.examples(self.project, self.version)
        with ThreadPoolExecutor(READ_AHEAD, thread_name_prefix="hand-over") as pool:
            ahead = deque(self._begin(pool, each) for each in islice(left, READ_AHEAD))
            while ahead:
                yield ahead.popleft()
                ahead.extend(self._begin(pool, each) for each in islice(left, 1))

    def image(self, example: Example) -> bytes:
        return self._under_way.pop(example.image_id).result()

    def _begin(self, pool: ThreadPoolExecutor, example: Example) -> Example:
        self._under_way[example.image_id] = pool.submit(self._read, example)
        return example

    def _read(self, example: Example) -> bytes:
        try:
            data = self.training_sets.image(self.project, example)
        except NotFoundError:
            raise UnavailableError("Store", f"{self._named(example)} is gone") from None
        if sha256(data).hexdigest() != example.sha256:
            raise UnavailableError("Store", f"{self._named(example)} is not the one it was")
        return data

    def _named(self, example: Example) -> str:
        return f"the image of {example.image_id} in the training set of {self.project!r}"
