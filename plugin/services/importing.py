"""Import: pending frames become tasks in Label Studio, up to 100 in one call.

What makes it exact: before a call, the frames it is about are noted; after it, the note goes. A
note that is found shows an import whose end nobody saw, and Label Studio is asked what it has.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch
from plugin.domain.errors import (
    ActiveLearningError,
    InvalidInputError,
    LabelStudioError,
    NotFoundError,
)
from plugin.domain.frame import Frame, described
from plugin.domain.settings import ProjectSettings
from plugin.images import FittedImage, fit, inspect
from plugin.labelstudio.tasks import order_of, prediction_of, task_of
from plugin.labelstudio.values import UPLOADS_PER_CALL
from plugin.queues import WorkQueue
from plugin.services.opening import BatchOpener
from plugin.stores.batches import Batches, TaskRef
from plugin.stores.locks import Lease, Locks
from plugin.stores.settings_history import SettingsHistory
from plugin.stores.spool import Spool

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A frame with its image as reviewers get it, and its prediction as Label Studio draws it."""

    frame: Frame
    image: FittedImage
    drawn: dict[str, Any] | None

    @property
    def file_name(self) -> str:
        return f"{self.frame.frame_id}.{self.image.extension}"


@dataclass(frozen=True)
class Importer:
    """From the spool into Label Studio."""

    history: SettingsHistory
    spool: Spool
    batches: Batches
    label_studio: "LabelStudioGateway"
    locks: Locks
    queue: WorkQueue
    clock: Clock
    opener: BatchOpener

    def run(self, project: str) -> int:
        """Import a project's pending frames, and return how many became tasks.

        Raises:
            LabelStudioError: it refused or did not answer; the frames stay pending.
        """
        self.queue.accept(project)
        with self.locks.hold(f"import:{project}") as lease:
            if lease is None:
                return 0  # whoever holds it looks once more when it is done
            self._recover(project)
            imported = self._drain(project, lease)
        if self.spool.pending(project):
            self.queue.request(project)
        return imported

    def _recover(self, project: str) -> None:
        for batch, frame_ids in self.batches.interrupted(project):
            there = self.label_studio.tasks_of_frames(batch.label_studio_id, frame_ids)
            frames = [self.spool.frame(project, identifier) for identifier in there]
            self._settle(batch, [(frame, there[frame.frame_id]) for frame in frames if frame])

    def _drain(self, project: str, lease: Lease) -> int:
        settings = self.history.newest(project).settings
        imported = 0
        for period, group in groupby(self._pending(project), key=attrgetter("period")):
            frames = list(group)
            while frames:
                lease.renew()
                batch = self.opener.open(settings, period)
                room = min(UPLOADS_PER_CALL, settings.batch.max_images - batch.size)
                chunk, frames = frames[:room], frames[room:]
                imported += self._import(settings, batch, chunk)
        return imported

    def _pending(self, project: str) -> list[Frame]:
        frames = []
        for identifier in self.spool.pending(project):
            if self.spool.is_imported(project, identifier):
                self.spool.drop_pending(project, identifier)
            elif frame := self.spool.frame(project, identifier):
                frames.append(frame)
        return sorted(frames, key=attrgetter("period", "received_at"))

    def _import(self, settings: ProjectSettings, batch: Batch, frames: Sequence[Frame]) -> int:
        ready = [each for frame in frames if (each := self._prepare(settings, frame))]
        if not ready:
            return 0
        batch = self.opener.widen(settings, batch, [each.frame for each in ready])
        self.batches.begin_import(batch, tuple(each.frame.frame_id for each in ready))
        try:
            tasks = self._call(settings, batch, ready)
        except LabelStudioError as error:
            if error.status != 400:
                raise
            # Refused as a whole, so none of it was done: look for the one that is to blame.
            return self._import_one_by_one(settings, batch, [each.frame for each in ready], error)
        self._settle(batch, tasks)
        return len(tasks)

    def _import_one_by_one(
        self, settings: ProjectSettings, batch: Batch, frames: list[Frame], error: LabelStudioError
    ) -> int:
        self.batches.end_import(batch)
        if len(frames) == 1:
            self._set_aside(frames[0], error)
            return 0
        half = len(frames) // 2
        first = self._import(settings, batch, frames[:half])
        return first + self._import(
            settings, self.batches.get(batch.project, batch.name), frames[half:]
        )

    def _prepare(self, settings: ProjectSettings, frame: Frame) -> _Ready | None:
        """A frame ready to be sent; None, and the frame set aside, when that cannot be."""
        try:
            data = self.spool.image(frame)
            image = fit(data, inspect(data), settings.image)
            drawn = prediction_of(settings, frame, (image.width, image.height))
        except (NotFoundError, InvalidInputError) as error:
            self._set_aside(frame, error)
            return None
        return _Ready(frame, image, drawn)

    def _set_aside(self, frame: Frame, error: ActiveLearningError) -> None:
        self.spool.mark_failed(frame, str(error), self.clock())
        log.warning("frame set aside", extra=described(frame) | {"reason": str(error)})

    def _call(
        self, settings: ProjectSettings, batch: Batch, ready: Sequence[_Ready]
    ) -> list[tuple[Frame, int]]:
        files = {each.file_name: (each.image.data, each.image.content_type) for each in ready}
        addresses = self.label_studio.upload(batch.label_studio_id, files)
        tasks = [
            task_of(settings, each.frame, addresses[each.file_name], each.drawn) for each in ready
        ]
        ids = self.label_studio.import_tasks(batch.label_studio_id, tasks)
        return [(each.frame, task) for each, task in zip(ready, ids, strict=True)]

    def _settle(self, batch: Batch, tasks: Sequence[tuple[Frame, int]]) -> None:
        """Note what Label Studio has: its tasks first, then frame by frame."""
        if tasks:
            refs = (
                TaskRef(task, frame.frame_id, order_of(frame), frame.captured_at)
                for frame, task in tasks
            )
            self.batches.add_tasks(batch, tuple(refs))
        now = self.clock()
        for frame, task in tasks:
            self.spool.mark_imported(frame, batch.name, task, now)
        size = len(self.batches.tasks(batch))
        self.batches.save(msgspec.structs.replace(batch, size=size))
        self.batches.end_import(batch)
