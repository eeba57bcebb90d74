"""Verify: a version of a training set is proved again, from what lies in the Store now."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from plugin.domain.errors import InvalidInputError, NotFoundError, StoreError
from plugin.domain.truths import class_names, fitted
from plugin.images import inspect
from plugin.training_set.examples import Example
from plugin.training_set.sets import TrainingSets
from plugin.training_set.versions import Version

IMAGES_AT_ONCE = 32
THREADS = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """What is not as it was: where, and what about it."""

    place: str
    what: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.place}: {self.what}"


@dataclass(slots=True)
class _Counts:
    """What is found on the way."""

    images: int = 0
    annotations: int = 0
    per_split: Counter[str] = field(default_factory=Counter)
    per_class: Counter[str] = field(default_factory=Counter)
    split_of: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verifier:
    """Reads everything that a version is made of."""

    sets: TrainingSets

    def verify(self, project: str, number: int) -> Iterator[Fault]:
        """Yield what is wrong with a version; nothing where the certificate holds.

        Raises:
            NotFoundError: there is no such version.
            OSError: the Store does not answer.
        """
        version = self.sets.get(project, number)
        for segment in version.segments:
            for key in self.sets.segments.changed(project, segment):
                yield Fault(key, "was changed since it was written, or is gone")
        counts = _Counts()
        try:
            yield from self._examples(project, version, counts)
        except StoreError as error:
            yield Fault(f"version {number}", f"its examples cannot be read: {error.reason}")
            return
        yield from _miscounted(version, counts)

    def _examples(self, project: str, version: Version, counts: _Counts) -> Iterator[Fault]:
        examples = self.sets.examples(project, version.version)
        with ThreadPoolExecutor(THREADS) as threads:
            while some := list(islice(examples, IMAGES_AT_ONCE)):
                faults = threads.map(lambda each: self._image(project, each), some)
                yield from (fault for fault in faults if fault)
                for each in some:
                    yield from _checked(each, version)
                    yield from _counted(each, counts)

    def _image(self, project: str, example: Example) -> Fault | None:
        try:
            data = self.sets.image(project, example)
        except NotFoundError as error:
            return Fault(example.image_id, f"its image {error.name} is gone")
        digest = sha256(data).hexdigest()
        if digest != example.sha256:
            return Fault(example.image_id, f"its image has SHA-256 {digest}, not {example.sha256}")
        try:
            facts = inspect(data)
        except InvalidInputError as error:
            return Fault(example.image_id, f"its image is broken: {error}")
        if (facts.width, facts.height) != (example.width, example.height):
            size = f"{facts.width} x {facts.height}"
            return Fault(example.image_id, f"its image is of {size} pixels")
        return None


def _checked(example: Example, version: Version) -> Iterator[Fault]:
    """What is wrong with a truth."""
    size = (example.width, example.height)
    truth, errors = fitted(example.truth, size, version.task_type)
    for error in errors:
        yield Fault(example.image_id, str(error))
    if not errors and truth != example.truth:
        yield Fault(example.image_id, "a box reaches out of its image")
    for name in sorted(set(class_names(example.truth)).difference(version.classes)):
        yield Fault(example.image_id, f"class {name!r} is none of the version's")


def _counted(example: Example, counts: _Counts) -> Iterator[Fault]:
    """Count an example; say where its group is in another split, too."""
    names: Sequence[str] = class_names(example.truth)
    counts.images += 1
    counts.annotations += len(names)
    counts.per_split[example.split] += 1
    counts.per_class.update(names)
    other = counts.split_of.setdefault(example.group, example.split)
    if other != example.split:
        yield Fault(example.image_id, f"is in {example.split}, its group also in {other}")


def _miscounted(version: Version, counts: _Counts) -> Iterator[Fault]:
    place = f"version {version.version}"
    said = {"images": version.images, "annotations": version.annotations}
    found = {"images": counts.images, "annotations": counts.annotations}
    for name, number in said.items():
        if found[name] != number:
            yield Fault(place, f"says {number} {name}, has {found[name]}")
    if version.per_split != dict(counts.per_split):
        yield Fault(place, f"says {version.per_split}, has {dict(counts.per_split)}")
    for name in sorted(version.per_class.keys() | counts.per_class.keys()):
        if version.per_class.get(name, 0) != counts.per_class[name]:
            has = counts.per_class[name]
            yield Fault(place, f"says {version.per_class.get(name, 0)} of {name!r}, has {has}")
