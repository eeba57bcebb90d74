"""Import: pending frames become tasks in Label Studio, up to 100 in one call.

What makes it exact: before a call, the frames it is about are noted; after it, the note goes. A
note that is found shows an import whose end nobody saw, and Label Studio is asked what it has.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from plugin.domain.errors import ConflictError, LabelStudioError, NotFoundError
from plugin.domain.frame import Frame
from plugin.domain.settings import ProjectSettings
from plugin.labelstudio.values import UPLOADS_PER_CALL
from plugin.queues import WorkQueue
from plugin.services import answers
from plugin.services.fitting import Fitter
from plugin.services.opening import BatchOpener, Target
from plugin.services.resuming import Resumer
from plugin.services.sending import Sender
from plugin.stores.import_notes import ImportNote, ImportNotes
from plugin.stores.locks import Lease, Locks
from plugin.stores.settings_history import SettingsHistory
from plugin.stores.spool import Spool

BUDGET = 30.0
"""Seconds after which a job makes room for other projects; the rest is asked for anew."""

AT_ONCE = 1000
"""Frames that are read and put in order together, however many wait."""

FAILURES_IN_A_ROW = 3
"""After so many, without one success, it is Label Studio's fault and not the frames'."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Run:
    """One run over a project: what it has done, and whether it may go on."""

    settings: ProjectSettings
    images: Fitter
    lease: Lease
    until: float
    held: Counter[str]
    targets: dict[str, Target] = field(default_factory=dict)
    failed: list[ImportNote] = field(default_factory=list)
    imported: int = 0
    in_a_row: int = 0


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
        if self.spool.is_pending(project, besides=held):
            self.queue.request(project)
        return imported

    def _run(self, project: str, lease: Lease) -> int:
        notes = self.resumer.complete(project)
        held = Counter({note.batch: 0 for note in notes})
        for note in notes:
            held[note.batch] += len(note.frame_ids)
        settings = self.history.newest(project).settings
        with Fitter(self.spool, settings.image) as images:
            run = _Run(settings, images, lease, self.monotonic() + BUDGET, held)
            try:
                self._drain(run, {each for note in notes for each in note.frame_ids})
                self._retry(run, self.resumer.due(notes))
            finally:
                if run.imported:
                    self.resumer.blame(run.failed)
        return run.imported

    def _drain(self, run: _Run, besides: set[str]) -> None:
        """Import what waits and was not begun yet."""
        for period, group in self._pending(run.settings.project, besides):
            frames = group
            while frames and self.monotonic() < run.until:
                run.lease.renew()
                target = self._target(run, period)
                batch = target.batch
                room = run.settings.batch.max_images - batch.size - run.held[batch.name]
                chunk = frames[: min(UPLOADS_PER_CALL, room)]
                # While Label Studio does these, the images of the next ones are got ready.
                run.images.begin(frames[: len(chunk) + UPLOADS_PER_CALL])
                note = self._begin(batch.project, batch.name, chunk)
                if self._send(run, target, note, chunk):
                    frames = frames[len(chunk) :]

    def _pending(self, project: str, besides: set[str]) -> Iterator[tuple[str, list[Frame]]]:
        """Yield frames by period, so many at once that neither memory nor waits grow with all."""
        waiting = [each for each in self.spool.pending(project) if each not in besides]
        for start in range(0, len(waiting), AT_ONCE):
            frames = self.spool.frames(project, waiting[start : start + AT_ONCE])
            frames.sort(key=attrgetter("period", "received_at"))
            for period, group in groupby(frames, key=attrgetter("period")):
                yield period, list(group)

    def _target(self, run: _Run, period: str) -> Target:
        """The batch of a period, as it is by now; Label Studio is asked once in a run."""
        known = run.targets.get(period)
        if known:
            taken = known.batch.size + run.held[known.batch.name]
            if taken < run.settings.batch.max_images:
                return known
        newest = self.opener.batches.newest(run.settings.project, period)
        held = run.held[newest.name] if newest else 0
        run.targets[period] = self.opener.open(run.settings, period, held)
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

    def _retry(self, run: _Run, notes: Sequence[ImportNote]) -> None:
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
                self._send(run, target, begun, frames, again=True)

    def _send(
        self,
        run: _Run,
        target: Target,
        note: ImportNote,
        frames: Sequence[Frame],
        *,
        again: bool = False,
    ) -> bool:
        """Send frames; False where their batch is gone, and they belong into another."""
        before = target.batch.size
        try:
            target = self.sender.send(run.settings, target, frames, run.images, again=again)
        except NotFoundError as error:
            self._find_gone(run, target, note, error)
            return False
        except LabelStudioError as error:
            self._find_fault(run, target, note, error)
            return True
        self.notes.end(note)
        run.targets[target.batch.period] = target
        run.imported += target.batch.size - before
        run.in_a_row = 0
        return True

    def _find_gone(self, run: _Run, target: Target, note: ImportNote, error: NotFoundError) -> None:
        run.targets.pop(target.batch.period, None)
        if self.opener.look(target.batch) is None:
            self.notes.end(note)
            return
        failure = LabelStudioError(404, str(error))
        self.resumer.interrupted(note, failure)
        raise failure from error

    def _find_fault(
        self, run: _Run, target: Target, note: ImportNote, error: LabelStudioError
    ) -> None:
        """Go on with others where these frames may be to blame; raise where Label Studio is."""
        run.targets.pop(target.batch.period, None)  # nobody knows what it holds now
        run.held[target.batch.name] += len(note.frame_ids)
        if error.status in answers.AWAY or not self._answers(target):
            self.resumer.interrupted(note, error)
            raise error
        run.failed.append(self.resumer.failed(target.batch.project, note, error))
        run.in_a_row += 1
        if run.in_a_row >= FAILURES_IN_A_ROW:
            raise error

    def _answers(self, target: Target) -> bool:
        """Whether Label Studio answers at all, as one that only reads is asked."""
        try:
            return self.opener.look(target.batch) is not None
        except LabelStudioError:
            return False
