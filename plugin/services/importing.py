"""Import: pending frames become tasks in Label Studio, up to 100 in one call.

What makes it exact: before a call, the frames it is about are noted; after it, the note goes. A
note that is found shows an import whose end nobody saw, and Label Studio is asked what it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch, batch_name, origin, title
from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.domain.frame import Frame
from plugin.domain.settings import ProjectSettings
from plugin.images import fit, inspect
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.tabs import BY_URGENCY
from plugin.labelstudio.tasks import order_of, task_of
from plugin.labelstudio.values import UPLOADS_PER_CALL
from plugin.queues import ImportQueue
from plugin.stores.batches import Batches, TaskRef
from plugin.stores.locks import Lease, Locks
from plugin.stores.settings_history import SettingsHistory
from plugin.stores.spool import Spool

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

Media = tuple[bytes, str]
"""An image's bytes and content type."""


@dataclass(frozen=True)
class Importer:
    """From the spool into Label Studio."""

    history: SettingsHistory
    spool: Spool
    batches: Batches
    label_studio: "LabelStudioGateway"
    locks: Locks
    queue: ImportQueue
    clock: Clock

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
                batch = self._open_batch(settings, period)
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

    def _open_batch(self, settings: ProjectSettings, period: str) -> Batch:
        """The batch that a period's next frames belong to, made when there is none with room."""
        parts = [b for b in self.batches.of_project(settings.project) if b.period == period]
        newest = max(parts, key=attrgetter("part"), default=None)
        if newest and newest.size < settings.batch.max_images:
            return newest
        part = newest.part + 1 if newest else 1
        name = batch_name(period, part)
        heading, ours = title(settings.project, name), origin(settings.project, name)
        # A crash may have come between the project and our note of it.
        known = self.label_studio.find_project(heading, ours)
        label_config = render(settings.task_type, settings.classes)
        batch = Batch(
            name=name, project=settings.project, period=period, part=part, title=heading,
            label_studio_id=known or self.label_studio.create_project(heading, ours, label_config),
            created_at=self.clock(),
        )  # fmt: skip
        self.batches.create(batch)
        if known is None:
            self.label_studio.create_tab(batch.label_studio_id, "All images", "", BY_URGENCY)
        if settings.instructions:
            self.label_studio.set_instructions(batch.label_studio_id, settings.instructions)
        return batch

    def _import(self, settings: ProjectSettings, batch: Batch, frames: Sequence[Frame]) -> int:
        media = [(frame, image) for frame in frames if (image := self._media(settings, frame))]
        if not media:
            return 0
        self.batches.begin_import(batch, tuple(frame.frame_id for frame, _ in media))
        try:
            tasks = self._call(settings, batch, media)
        except LabelStudioError as error:
            if error.status != 400:
                raise
            # Refused as a whole, so none of it was done: look for the one that is to blame.
            return self._import_one_by_one(settings, batch, [frame for frame, _ in media], error)
        self._settle(batch, tasks)
        return len(tasks)

    def _import_one_by_one(
        self, settings: ProjectSettings, batch: Batch, frames: list[Frame], error: LabelStudioError
    ) -> int:
        self.batches.end_import(batch)
        if len(frames) == 1:
            self.spool.mark_failed(frames[0], str(error), self.clock())
            return 0
        half = len(frames) // 2
        first = self._import(settings, batch, frames[:half])
        return first + self._import(
            settings, self.batches.get(batch.project, batch.name), frames[half:]
        )

    def _media(self, settings: ProjectSettings, frame: Frame) -> Media | None:
        """The image as reviewers get it; None (and the frame set aside) when it is gone."""
        try:
            data = self.spool.image(frame)
        except NotFoundError as error:
            self.spool.mark_failed(frame, str(error), self.clock())
            return None
        return fit(data, inspect(data), settings.image)

    def _call(
        self, settings: ProjectSettings, batch: Batch, media: Sequence[tuple[Frame, Media]]
    ) -> list[tuple[Frame, int]]:
        files = {_file_name(frame, kind): (data, kind) for frame, (data, kind) in media}
        addresses = self.label_studio.upload(batch.label_studio_id, files)
        tasks = [
            task_of(settings, frame, addresses[_file_name(frame, kind)])
            for frame, (_, kind) in media
        ]
        ids = self.label_studio.import_tasks(batch.label_studio_id, tasks)
        return [(frame, task) for (frame, _), task in zip(media, ids, strict=True)]

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


def _file_name(frame: Frame, content_type: str) -> str:
    return f"{frame.frame_id}.{content_type.rpartition('/')[2].replace('jpeg', 'jpg')}"
