"""Whose fault a failed import is: its batch's, which is gone, Label Studio's, or its frames'."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.services.imports import answers
from plugin.services.imports.import_run import ImportRun
from plugin.services.imports.opening import BatchOpener, Target
from plugin.services.imports.resuming import Resumer
from plugin.stores.frames.import_notes import ImportNote, ImportNotes

FAILURES_IN_A_ROW = 3
"""After so many, without one success, it is Label Studio's fault and not the frames'."""

Result = TypeVar("Result")


class Fate(Enum):
    """What becomes of frames that could not be sent now."""

    GONE = auto()
    """Their batch was deleted: they belong into another one."""

    HELD = auto()
    """Their note keeps them until they are due again."""


@dataclass(frozen=True)
class FaultFinder:
    """Does a step of an import, and says what becomes of its frames when that fails."""

    opener: BatchOpener
    notes: ImportNotes
    resumer: Resumer

    def attempt(
        self, run: ImportRun, target: Target, note: ImportNote, step: Callable[[], Result]
    ) -> Result | Fate:
        """Do a step.

        Raises:
            LabelStudioError: it is Label Studio's fault, and the run should end.
        """
        try:
            return step()
        except NotFoundError as error:
            self._find_gone(run, target, note, error)
            return Fate.GONE
        except LabelStudioError as error:
            self._find_fault(run, target, note, error)
            return Fate.HELD

    def _find_gone(
        self, run: ImportRun, target: Target, note: ImportNote, error: NotFoundError
    ) -> None:
        run.targets.pop(target.batch.period, None)
        if self.opener.look(target.batch) is None:
            self.notes.end(note)
            return
        failure = LabelStudioError(404, str(error))
        self.resumer.interrupted(note, failure)
        raise failure from error

    def _find_fault(
        self, run: ImportRun, target: Target, note: ImportNote, error: LabelStudioError
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
