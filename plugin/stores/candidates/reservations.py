"""Reservations: frames that were kept and wait for their image, in `frames/awaiting/`."""

from collections.abc import Iterator

from plugin.domain.frame import Reservation
from plugin.stores.documents import encode, read, read_all
from plugin.stores.objects import ObjectStore


class Reservations:
    """Reservations of all projects, in the Store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def add(self, reservation: Reservation) -> bool:
        """Make a reservation durable; False when the frame has one already."""
        return self._store.create(_key_of(reservation), encode(reservation))

    def replace(self, reservation: Reservation) -> None:
        """Note what changed, like the number of tries."""
        self._store.put(_key_of(reservation), encode(reservation))

    def find(self, project: str, frame_id: str) -> Reservation | None:
        """The reservation of a frame; None when it has none, or none any more."""
        return read(self._store, _key(project, frame_id), Reservation)

    def of_project(self, project: str) -> Iterator[Reservation]:
        """Yield the reservations of a project."""
        return read_all(self._store, f"projects/{project}/frames/awaiting/", Reservation)

    def remove(self, reservation: Reservation) -> None:
        """End a reservation: its image is there, or will not come."""
        self._store.delete(_key_of(reservation))


def _key_of(reservation: Reservation) -> str:
    return _key(reservation.frame.project, reservation.frame.frame_id)


def _key(project: str, frame_id: str) -> str:
    return f"projects/{project}/frames/awaiting/{frame_id}.json"
