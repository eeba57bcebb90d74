"""Where backups lie: what every kind of place does."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from plugin.backup.contents import Head, Line


class Copied(NamedTuple):
    """An object on its way: its key, the SHA-256 of its content, the content."""

    key: str
    sha256: str
    data: bytes


class Writer(Protocol):
    """Takes one backup."""

    def add(self, objects: Iterable[Copied]) -> None:
        """Write objects, all of which are in memory."""

    def add_list(self, name: str, data: bytes) -> None:
        """Write a list; for after all objects."""

    def end(self, head: Head) -> None:
        """Write the head: from now on the backup exists."""


class Place(Protocol):
    """Takes backups, and gives them back."""

    def writer(self, name: str) -> AbstractContextManager[Writer]:
        """What takes a backup of this name; what is not ended leaves no backup behind.

        Raises:
            BackupError: there is something already where it would lie.
        """

    def newest(self) -> "Reader | None":
        """The newest whole backup that a further one builds upon; None where there is none."""

    def reader(self, name: str) -> "AbstractContextManager[Reader]":
        """What gives a backup back; the newest where the name is "".

        Raises:
            BackupError: there is none.
        """


class Reader(Protocol):
    """Gives one backup back. `head` may be known only after all objects were read."""

    @property
    def name(self) -> str:
        """Which backup it is, of those in its place."""

    def objects(self) -> Iterator[tuple[str, bytes]]:
        """Yield every object, one in memory at a time: key and content.

        Raises:
            BackupError: one is missing or is none of a Store.
        """

    def head(self) -> Head:
        """The head.

        Raises:
            BackupError: there is none, so the backup was not ended.
        """

    def lines(self) -> Iterator[Line]:
        """Yield its lines; for after the objects.

        Raises:
            BackupError: a list is missing, or is not what the head says.
        """
