"""Frames that were set aside go back to work: all of a project, or those that are named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plugin.domain.errors import FieldError
from plugin.queues import WorkQueue
from plugin.stores.frames.spool import Spool

_ID = re.compile(r"[0-9a-z]{1,80}")


class Retried(NamedTuple):
    """How many frames wait for their import again, and why others do not."""

    frames: int
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Retrier:
    """Puts failed frames back to work, as if they had just come."""

    spool: Spool
    queue: WorkQueue

    def retry_all(self, project: str) -> Retried:
        """Retry every failed frame of a project."""
        # One that somebody else retried since it was listed is no error.
        return Retried(self.retry(project, self.spool.failed_ids(project)).frames)

    def retry(self, project: str, frame_ids: Sequence[str]) -> Retried:
        """Retry frames, by their ids."""
        errors = [
            FieldError("FRAME_ID", each, self._expected(project, each))
            for each in frame_ids
            if not (_ID.fullmatch(each) and self.spool.retry(project, each))
        ]
        done = len(frame_ids) - len(errors)
        if done:
            self.queue.wake(project)
        return Retried(done, tuple(errors))

    def _expected(self, project: str, frame_id: str) -> str:
        if _ID.fullmatch(frame_id) and self.spool.is_missing(project, frame_id):
            return "a failed frame; the image of this one never came: post its event again"
        return f"a failed frame of {project} (see `lsal frames {project}`)"
