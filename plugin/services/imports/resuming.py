"""Resume: imports whose end nobody saw are completed, and those that failed are tried again.

A failed import is halved at each try until one frame is left. That one counts its tries, but only
while others succeed: a Label Studio that fails for all of them says nothing about one.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import TYPE_CHECKING

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch
from plugin.domain.errors import LabelStudioError
from plugin.domain.frame import Frame
from plugin.domain.settings import ProjectSettings
from plugin.domain.waits import LONGEST, wait_after
from plugin.services.imports import answers
from plugin.services.imports.drawing import Drawer
from plugin.services.imports.fitting import Fitter
from plugin.services.imports.sending import Sender
from plugin.stores.frames.batches import Batches
from plugin.stores.frames.doubts import Doubts
from plugin.stores.frames.import_notes import ImportNote, ImportNotes
from plugin.stores.frames.spool import Spool

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

MAX_TRIES = 5

SETTLED_AFTER = timedelta(seconds=30)
"""From our first look in vain: what Label Studio was still doing then, it has done by now."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Resumer:
    """Knows what is to be done about the notes that imports left."""

    spool: Spool
    batches: Batches
    notes: ImportNotes
    doubts: Doubts
    label_studio: "LabelStudioGateway"
    sender: Sender
    drawer: Drawer
    clock: Clock
    draw: Callable[[], float] = random

    def complete(self, settings: ProjectSettings, images: Fitter) -> list[ImportNote]:
        """Settle what Label Studio has of imports whose end nobody saw, and return the rest.

        Raises:
            LabelStudioError: it failed or did not answer.
        """
        waiting = self.notes.of_project(settings.project)
        notes = [self._complete(settings, note, images) for note in waiting]
        return [note for note in notes if note]

    def _complete(
        self, settings: ProjectSettings, note: ImportNote, images: Fitter
    ) -> ImportNote | None:
        project = settings.project
        batch = self.batches.find(project, note.batch)
        frames = self.spool.frames(project, note.frame_ids)
        target = self.sender.opener.look(batch) if batch else None
        if target is None or not frames:
            # Nowhere to look any more, or nothing that waits for it: what waits is free again.
            self._recount(project, note)
            self.notes.end(note)
            return None
        there = self.label_studio.tasks_of_frames(target.batch.label_studio_id, note.frame_ids)
        found = [(frame, there[frame.frame_id]) for frame in frames if frame.frame_id in there]
        if found:
            self.drawer.complete(settings, target.batch, [frame for frame, _ in found], images)
            settled = self.sender.settle(target.batch, found, recount=True)
            self.sender.opener.indexer.refresh(settled)
        left = [frame for frame in frames if frame.frame_id not in there]
        if not left:
            self.notes.end(note)
            return None
        return self._doubt(note)

    def _recount(self, project: str, note: ImportNote) -> None:
        batch = self.batches.find(project, note.batch)
        if batch:
            self.batches.save(msgspec.structs.replace(batch, size=self.batches.count(batch)))

    def _doubt(self, note: ImportNote) -> ImportNote:
        """A note whose frames are not there, or not yet."""
        if note.answered or note.missed_at is not None:
            return note
        note = msgspec.structs.replace(note, missed_at=self.clock())
        self.notes.replace(note)
        return note

    def due(self, notes: Sequence[ImportNote]) -> list[ImportNote]:
        """Those of the notes whose frames may be sent again now, who waits longest first."""
        now = self.clock()
        return [note for note in sorted(notes, key=_place) if _is_due(note, now)]

    def failed(self, project: str, note: ImportNote, error: LabelStudioError) -> ImportNote:
        """Note that an import failed: when it is due again, and in halves from then on."""
        failures = note.failures + 1
        wait = timedelta(seconds=wait_after(failures, self.draw()))
        note = msgspec.structs.replace(
            note, failures=failures, answered=answers.is_over(error), missed_at=None, begun=0,
            retry_at=self.clock() + wait, error=str(error),
        )  # fmt: skip
        if len(note.frame_ids) > 1:
            self.notes.split(project, note)
        else:
            self.notes.replace(note)
        log.warning("an import failed", extra={"frames": len(note.frame_ids), "reason": str(error)})
        return note

    def interrupted(self, note: ImportNote, error: LabelStudioError) -> None:
        """Note that Label Studio as a whole is away: no fault of the frames'."""
        over = answers.is_over(error)
        self.notes.replace(msgspec.structs.replace(note, answered=over, missed_at=None, begun=0))

    def unsent(self, note: ImportNote) -> None:
        """Note that no call was made for frames whose images may be placed already."""
        self.notes.replace(msgspec.structs.replace(note, answered=True))

    def blame(self, notes: Sequence[ImportNote]) -> None:
        """Count a try of each single frame that failed while others succeeded."""
        for note in notes:
            if len(note.frame_ids) == 1:
                self.notes.replace(msgspec.structs.replace(note, tries=note.tries + 1))

    def begin_again(self, batch: Batch, note: ImportNote) -> tuple[ImportNote, list[Frame]]:
        """The frames to send again, noted as under way; none where there is nothing to send now.

        What has had its last try is set aside, with its error.
        """
        frames = self.spool.frames(batch.project, note.frame_ids)
        if frames and note.begun and len(note.frame_ids) > 1:
            # It ends our process, or its job, each time: that is found in halves, too.
            self.notes.split(batch.project, msgspec.structs.replace(note, begun=0))
            return note, []
        if frames and not note.answered:
            # Looked for in vain, twice; that a call is done later still cannot be ruled out.
            self.doubts.note(batch.project, note.batch, note.frame_ids, self.clock())
        if frames and max(note.tries, note.begun) >= MAX_TRIES:
            self.sender.forget(batch, note.frame_ids)
            error = note.error or "its import never comes to an end"
            for frame in frames:
                self.sender.set_aside(frame, f"{error} ({MAX_TRIES} tries)")
            frames = []
        if not frames:
            self.notes.end(note)
            return note, []
        note = msgspec.structs.replace(note, answered=False, missed_at=None, begun=note.begun + 1)
        self.notes.replace(note)
        return note, frames


def _place(note: ImportNote) -> tuple[bool, datetime | None]:
    return (note.retry_at is not None, note.retry_at)


def _is_due(note: ImportNote, now: datetime) -> bool:
    if not note.answered and not _is_over(note.missed_at, now, SETTLED_AFTER):
        return False
    if note.retry_at is None:
        return True
    # A clock that was set back must not hold it up.
    return not now < note.retry_at <= now + timedelta(seconds=LONGEST)


def _is_over(since: datetime | None, now: datetime, wait: timedelta) -> bool:
    return since is not None and not since <= now < since + wait
