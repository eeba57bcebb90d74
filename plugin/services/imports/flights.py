"""Calls under way: while Label Studio makes the tasks of one parcel, the next one is packed."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from plugin.domain.errors import ActiveLearningError
from plugin.domain.frame import Frame
from plugin.services.imports.sending import Parcel
from plugin.stores.frames.import_notes import ImportNote


@dataclass(frozen=True, slots=True)
class Packed:
    """A parcel with its frames and the note that was made of it."""

    note: ImportNote
    parcel: Parcel
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Flight:
    """A parcel whose call is under way, or over."""

    packed: Packed
    answer: Future[list[int]]

    def ends_well(self) -> bool:
        """Wait for the end of the call; whether it went well.

        Raises: what is no error of ours.
        """
        try:
            self.answer.result()
        except ActiveLearningError:
            return False
        return True


class Runway:
    """Makes calls, one at a time, behind the back of who packs; waits for the last at its end."""

    def __init__(self, call: Callable[[Parcel], list[int]]) -> None:
        self._call = call
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="import")

    def __enter__(self) -> Self:
        """Begin with nothing under way."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the call that is under way."""
        self._pool.shutdown()

    def launch(self, packed: Packed) -> Flight:
        """Make the call for a parcel, after those before it."""
        return Flight(packed, self._pool.submit(self._call, packed.parcel))
