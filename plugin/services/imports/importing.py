"""Import: pending frames become tasks in Label Studio, up to 100 in one call.

What makes it exact: before a call, the frames it is about are noted; after it, the note goes. A
note that is found shows an import whose end nobody saw, and Label Studio is asked what it has.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter

from plugin.domain.errors import ConflictError, LabelStudioError
from plugin.domain.frame import Frame
from plugin.labelstudio.values import UPLOADS_PER_CALL
from plugin.queues import ASSIGN, WorkQueue
from plugin.services.imports.deduplicating import Deduplicator
from plugin.services.imports.faultfinding import Fate, FaultFinder
from plugin.services.imports.fitting import Fitter
from plugin.services.imports.flights import Flight, Packed, Runway
from plugin.services.imports.import_run import ImportRun
from plugin.services.imports.indexing import Indexer
from plugin.services.imports.opening import BatchOpener, Target
from plugin.services.imports.resuming import Resumer
from plugin.services.imports.sending import Sender, Sent
from plugin.stores.frames.import_notes import ImportNote, ImportNotes
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Lease, Locks
from plugin.stores.settings_history import SettingsHistory

BUDGET = 30.0
"""Seconds after which a job makes room for other projects; the rest is asked for anew."""

FIRST = 20
"""Frames of the first call of many: Label Studio begins with them while more are packed."""

AT_ONCE = 1000
"""Frames that are read and put in order together, however many wait."""


@dataclass(frozen=True)
class Importer:
    """From the spool into Label Studio."""

    history: SettingsHistory
    spool: Spool
    notes: ImportNotes
    locks: Locks
    queue: WorkQueue
    opener: BatchOpener
    sender: Sender
    resumer: Resumer
    faults: FaultFinder
    indexer: Indexer
    deduplicator: Deduplicator
    monotonic: Callable[[], float] = time.monotonic

    def run(self, project: str) -> int:
        """Import a project's pending frames, and return how many became tasks.

        Raises:
            LabelStudioError: it refused or did not answer; the frames stay pending.
            ConflictError: somebody else imports this project, too.
        """
        self.queue.accept(project)
        if self.queue.is_postponed(project):
            return 0  # the job that was asked for later does it
        with self.locks.hold_renewed(f"import:{project}") as lease:
            if lease is None:
                return 0  # whoever holds it looks once more when it is done
            imported = self._run(project, lease)
            held = {each for note in self.notes.of_project(project) for each in note.frame_ids}
        self.queue.succeeded(project)
        if imported and self.history.newest(project).settings.review.team:
            self.queue.wake(project, ASSIGN)
        if self.spool.is_pending(project, besides=held):
            self.queue.request(project)
        return imported

    def _run(self, project: str, lease: Lease) -> int:
        settings = self.history.newest(project).settings
        with Fitter(self.spool, settings.image) as images:
            notes = self.resumer.complete(settings, images)
            self.deduplicator.run(project, lease)
            held = Counter[str]()
            for note in notes:
                held[note.batch] += len(note.frame_ids)
            run = ImportRun(settings, images, lease, self.monotonic() + BUDGET, held)
            try:
                self._drain(run, {each for note in notes for each in note.frame_ids})
                self._retry(run, self.resumer.due(notes))
            finally:
                if run.imported:
                    self.resumer.blame(run.failed)
                for batch in run.touched.values():
                    self.indexer.refresh(batch)
        return run.imported

    def _drain(self, run: ImportRun, besides: set[str]) -> None:
        """Import what waits and was not begun yet."""
        with Runway(self.sender.call) as runway:
            for period, group in self._pending(run.settings.project, besides):
                self._drain_period(run, runway, period, group)

    def _drain_period(
        self, run: ImportRun, runway: Runway, period: str, frames: Sequence[Frame]
    ) -> None:
        """Send frames, each parcel packed while Label Studio is at the one before."""
        left, flight = list(frames), None
        try:
            while flight or self._goes_on(run, left):
                if flight and not self.sender.media.is_apart:
                    flight.ends_well()  # Label Studio does one thing at a time
                most = UPLOADS_PER_CALL if flight else self._first(left)
                packed = self._pack(run, period, left, most) if self._goes_on(run, left) else None
                before, flight = flight, None
                if packed and (before is None or before.ends_well()):
                    flight, packed = runway.launch(packed), None
                if before:
                    left[:0] = self._land(run, before, packed)
                if packed:
                    flight = runway.launch(packed)
        finally:
            if flight:  # an error came in between
                self._land(run, flight)

    def _first(self, left: Sequence[Frame]) -> int:
        """How many frames the first call is for, while no other is under way."""
        is_long = self.sender.media.is_apart and len(left) > UPLOADS_PER_CALL
        return FIRST if is_long else UPLOADS_PER_CALL

    def _goes_on(self, run: ImportRun, left: Sequence[Frame]) -> bool:
        return bool(left) and self.monotonic() < run.until

    def _pack(self, run: ImportRun, period: str, left: list[Frame], most: int) -> Packed | None:
        """Take the next frames of a period, and get them ready; None where they cannot be sent."""
        run.lease.renew()
        target = self._target(run, period)
        batch = target.batch
        room = run.settings.batch.max_images - batch.size - run.held[batch.name]
        chunk = tuple(left[: min(most, room)])
        # While Label Studio does these, the images of the next ones are got ready.
        run.images.begin(left[: len(chunk) + UPLOADS_PER_CALL])
        note = self._begin(batch.project, batch.name, chunk)
        pack = partial(self.sender.pack, run.settings, target, chunk, run.images)
        parcel = self.faults.attempt(run, target, note, pack)
        if parcel is Fate.GONE:
            return None
        del left[: len(chunk)]
        if parcel is Fate.HELD:
            return None
        run.targets[period] = parcel.target
        run.held[batch.name] += len(chunk)
        return Packed(note, parcel, chunk)

    def _land(
        self, run: ImportRun, flight: Flight, waiting: Packed | None = None
    ) -> Sequence[Frame]:
        """Note how a call ended; the frames that belong into another batch, their own being gone.

        `waiting` is packed and will not be sent where this call ends it all.
        """
        packed = flight.packed
        run.held[packed.parcel.target.batch.name] -= len(packed.frames)
        settle = partial(self.sender.settle_answer, packed.parcel, flight.answer.result)
        try:
            gone = self._settle(run, packed.parcel.target, packed.note, settle) is Fate.GONE
        except LabelStudioError:
            if waiting:
                self.resumer.unsent(waiting.note)
            raise
        return packed.frames if gone else ()

    def _settle(
        self, run: ImportRun, target: Target, note: ImportNote, send: Callable[[], Sent]
    ) -> Fate | None:
        """Note how frames were sent."""
        sent = self.faults.attempt(run, target, note, send)
        if isinstance(sent, Fate):
            return sent
        self.notes.end(note)
        run.settled(target, sent.target)
        run.imported += sent.tasks
        run.in_a_row = 0
        return None

    def _pending(self, project: str, besides: set[str]) -> Iterator[tuple[str, list[Frame]]]:
        """Yield frames by period, so many at once that neither memory nor waits grow with all."""
        waiting = [each for each in self.spool.pending(project) if each not in besides]
        for start in range(0, len(waiting), AT_ONCE):
            frames = self.spool.frames(project, waiting[start : start + AT_ONCE])
            frames.sort(key=attrgetter("period", "received_at"))
            for period, group in groupby(frames, key=attrgetter("period")):
                yield period, list(group)

    def _target(self, run: ImportRun, period: str) -> Target:
        """The batch of a period, as it is by now; Label Studio is asked once in a run."""
        known = run.targets.get(period)
        if known:
            taken = known.batch.size + run.held[known.batch.name]
            if taken < run.settings.batch.max_images:
                return known
        run.targets[period] = self.opener.open(run.settings, period, run.held)
        return run.targets[period]

    def _begin(self, project: str, batch: str, frames: Sequence[Frame]) -> ImportNote:
        """Note that an import begins.

        Raises:
            ConflictError: our lock was lost meanwhile, and somebody else is at it.
        """
        note = self.notes.begin(project, batch, tuple(frame.frame_id for frame in frames))
        if note is None:
            raise ConflictError(f"{project}: somebody else imports the same frames")
        if self.spool.frame(project, frames[0].frame_id) is None:
            self.notes.end(note)
            raise ConflictError(f"{project}: somebody else has imported the same frames")
        return note

    def _retry(self, run: ImportRun, notes: Sequence[ImportNote]) -> None:
        """Send again what failed, or was interrupted, into the batch where it may be half done."""
        for note in notes:
            if self.monotonic() >= run.until:
                return
            run.lease.renew()
            batch = self.opener.batches.get(run.settings.project, note.batch)
            target = self.opener.look(batch)
            if target is None:
                continue  # deleted since it was asked for: the next run frees its frames
            begun, frames = self.resumer.begin_again(batch, note)
            if frames:
                send = partial(self.sender.send, run.settings, target, frames, run.images)
                self._settle(run, target, begun, send)
