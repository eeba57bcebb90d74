"""Colours of a project's classes, the same in all of its batches."""

from collections.abc import Mapping, Sequence

import msgspec

from plugin.domain.colours import colours
from plugin.stores.documents import encode, name_of, read
from plugin.stores.objects import ObjectStore


class Colours(msgspec.Struct, frozen=True):
    """A colour (`#rrggbb`) per class and keypoint that the project ever had."""

    items: dict[str, str]


class ClassColours:
    """Remembers which colour a class was given first.

    Every change is a new object that nobody overwrites: two workers that meet new classes at the
    same time agree on their colours.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def of(self, project: str, names: Sequence[str]) -> dict[str, str]:
        """A colour per name, those met for the first time told apart from all others."""
        while True:
            version, known = self._newest(project)
            found = colours(names, known)
            if found.items() <= known.items():
                return found
            document = encode(Colours({**known, **found}))
            if self._store.create(_key(project, version + 1), document):
                return found

    def adopt(self, project: str, shades: Mapping[str, str]) -> None:
        """Give a project that has no colours yet those (`#rrggbb`) that people know by name."""
        if shades:
            self._store.create(_key(project, 1), encode(Colours(dict(shades))))

    def _newest(self, project: str) -> tuple[int, dict[str, str]]:
        key = max(self._store.keys(f"projects/{project}/colours/"), default="")
        document = read(self._store, key, Colours) if key else None
        number = int(name_of(key)) if key else 0
        return number, document.items if document else {}


def _key(project: str, version: int) -> str:
    return f"projects/{project}/colours/{version:06d}.json"
