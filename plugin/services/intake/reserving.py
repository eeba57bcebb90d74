"""Reserve: a frame that was kept holds its place until its image is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from plugin.addresses import check_address
from plugin.domain.errors import UnavailableError
from plugin.domain.frame import Frame, Reservation
from plugin.queues import FETCH, WorkQueue
from plugin.services.intake.receiving import Upload
from plugin.stores.access.upload_addresses import UploadAddresses
from plugin.stores.candidates.reservations import Reservations
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Locks

FETCH_WITHIN = timedelta(hours=1)
"""How long we try to fetch an image from its address."""


@dataclass(frozen=True)
class Reserver:
    """Reservations are made here; `Completer` ends them."""

    reservations: Reservations
    spool: Spool
    addresses: UploadAddresses
    queue: WorkQueue
    locks: Locks
    hosts: tuple[str, ...]
    upload_within: timedelta

    def check_address(self, url: str) -> str:
        """The address of an image, if it is one that we may fetch.

        Raises:
            InvalidInputError: it is not.
        """
        check_address(url, self.hosts)
        return url

    def reserve(self, frame: Frame, digest: str, address: str, now: datetime) -> Upload | None:
        """Reserve a frame's place, durably; again for the same event, the place that it has.

        Args:
            frame: without an image.
            digest: what its event is remembered by.
            address: where we shall fetch the image; "" where it will be uploaded.
            now: when it was granted.

        Returns:
            Where to upload the image; None where there is nothing to upload.

        Raises:
            OSError: the Store refused.
            RedisError: Redis does not answer.
            UnavailableError: somebody else is at it this moment.
        """
        if self.spool.contains(frame.project, frame.frame_id):
            return None
        within = FETCH_WITHIN if address else self.upload_within
        # Whole seconds: so many an upload address can say.
        expires_at = (now + within).replace(microsecond=0)
        reservation = Reservation(frame, digest, expires_at, address)
        if not self.reservations.add(reservation):
            reservation = self._renewed(reservation, now)
        if address:
            self.queue.wake(frame.project, FETCH)
            return None
        until = reservation.expires_at
        return Upload(self.addresses.path(frame.project, frame.frame_id, until), until)

    def _renewed(self, wanted: Reservation, now: datetime) -> Reservation:
        """The reservation that a frame has already, made to last where it was about to end."""
        frame = wanted.frame
        with self.locks.hold(f"frame:{frame.frame_id}", wait=1.0) as lease:
            if lease is None:
                raise UnavailableError("frame", f"{frame.frame_id} is being completed")
            found = self.reservations.find(frame.project, frame.frame_id)
            if found is None:
                self.reservations.add(wanted)
                return wanted
            if now < found.expires_at:
                return found
            # Its budget was not given back yet: whoever gives it back holds the same lock.
            longer = msgspec.structs.replace(found, expires_at=wanted.expires_at)
            self.reservations.replace(longer)
            return longer
