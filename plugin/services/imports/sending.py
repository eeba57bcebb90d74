"""Send: up to 100 frames become tasks of a batch; what cannot become one is set aside."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
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
from plugin.images import FittedImage
from plugin.labelstudio.checking import check_prediction
from plugin.labelstudio.tasks import order_of, prediction_of, task_of
from plugin.services.imports import answers
from plugin.services.imports.fitting import Fitter
from plugin.services.imports.opening import BatchOpener, Target
from plugin.stores.frames.batches import Batches, TaskRef
from plugin.stores.frames.spool import Spool

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway
    from plugin.labelstudio.media import Media

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


@dataclass(frozen=True, slots=True)
class Placed:
    """A frame whose image is where reviewers see it, and the task that it shall be."""

    frame: Frame
    address: str
    task: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Frames that are ready for one call, and the batch that they are for."""

    target: Target
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch as it is after frames were sent, and how many of them became tasks."""

    target: Target
    tasks: int


@dataclass(frozen=True)
class Sender:
    """Makes tasks of frames."""

    spool: Spool
    batches: Batches
    label_studio: "LabelStudioGateway"
    media: "Media"
    opener: BatchOpener
    clock: Clock

    def send(
        self, settings: ProjectSettings, target: Target, frames: Sequence[Frame], images: Fitter
    ) -> Sent:
        """Make tasks of up to 100 frames that were tried before.

        Raises: what `pack` and `settle_answer` raise.
        """
        parcel = self.pack(settings, target, frames, images, again=True)
        return self.settle_answer(parcel, lambda: self.call(parcel))

    def pack(
        self,
        settings: ProjectSettings,
        target: Target,
        frames: Sequence[Frame],
        images: Fitter,
        *,
        again: bool = False,
    ) -> Parcel:
        """Get up to 100 frames ready for one call; what cannot become a task is set aside.

        Args:
            settings: of the project.
            target: the batch.
            frames: pending ones, with their import noted.
            images: where theirs come from.
            again: an earlier try may have placed their images.

        Raises:
            LabelStudioError: it failed or did not answer.
            NotFoundError: the batch is not there any more.
        """
        target = self.opener.widen(target, frames)
        images.begin(frames)
        ready = [
            each for frame in frames if (each := self._prepare(settings, target, frame, images))
        ]
        if again and len(ready) < len(frames):
            left = {each.frame.frame_id for each in ready}
            self.forget(target.batch, {each.frame_id for each in frames} - left)
        placed = self._place(settings, target.batch, ready, again=again) if ready else []
        return Parcel(target, tuple(placed))

    def call(self, parcel: Parcel) -> list[int]:
        """Make the tasks; their ids. Nothing else is done, so that it may run beside anything.

        Raises:
            LabelStudioError: it refused, failed or did not answer.
            NotFoundError: the batch is not there any more.
        """
        return self._make(parcel.target.batch, parcel.placed) if parcel.placed else []

    def settle_answer(self, parcel: Parcel, answer: Callable[[], list[int]]) -> Sent:
        """Note what became of a parcel.

        What was refused as a whole is tried in parts, to find what is to blame.

        Raises:
            LabelStudioError: it failed or did not answer.
            NotFoundError: the batch is not there any more.
        """
        # As it is by now: the parcel before this one was settled after this one was packed.
        before = self.batches.get(parcel.target.batch.project, parcel.target.batch.name)
        config = parcel.target.label_config
        try:
            after = self._settle(before, parcel.placed, answer())
        except LabelStudioError as error:
            if error.status not in answers.REFUSALS:
                raise
            log.warning("an import was refused as a whole: %s", error)
            # Edited since we looked at it? Then what was refused may fit once it is widened again.
            current = self.opener.look(before)
            if current is None:
                raise NotFoundError("batch", before.title) from None
            wider = self.opener.widen(current, [each.frame for each in parcel.placed])
            after, config = self._import_in_parts(wider.batch, parcel.placed), wider.label_config
        return Sent(Target(after, config), after.size - before.size)

    def settle(
        self, batch: Batch, tasks: Sequence[tuple[Frame, int]], *, recount: bool = False
    ) -> Batch:
        """Note what Label Studio has: its tasks first, then frame by frame, then how many.

        After a crash nobody knows which of them were counted before: then they are counted anew.
        """
        refs = (
            TaskRef(task, frame.frame_id, order_of(frame), frame.captured_at)
            for frame, task in tasks
        )
        self.batches.add_tasks(batch, tuple(refs))
        self.spool.mark_all_imported(batch.name, tasks, self.clock())
        size = self.batches.count(batch) if recount else batch.size + len(tasks)
        batch = msgspec.structs.replace(batch, size=size)
        self.batches.save(batch)
        return batch

    def forget(self, batch: Batch, frame_ids: Collection[str], shown: Collection[str] = ()) -> None:
        """Remove the images that tries have placed for frames, but for those that tasks show."""
        number = batch.label_studio_id
        placed = self.media.placed(number) - set(shown)
        self.media.forget(
            number, [each for each in placed if any(name in each for name in frame_ids)]
        )

    def set_aside(self, frame: Frame, error: ActiveLearningError | str) -> None:
        """Keep a frame that cannot become a task, with the error for a person to read."""
        self.spool.mark_failed(frame, str(error), self.clock())
        log.warning("frame set aside", extra=described(frame) | {"reason": str(error)})

    def _prepare(
        self, settings: ProjectSettings, target: Target, frame: Frame, images: Fitter
    ) -> _Ready | None:
        """A frame ready to be sent; None, and the frame set aside, when that cannot be."""
        try:
            image = images.take(frame)
            drawn = prediction_of(settings, frame, (image.width, image.height))
            if drawn:
                check_prediction(target.label_config, drawn)
        except (NotFoundError, InvalidInputError) as error:
            self.set_aside(frame, error)
            return None
        return _Ready(frame, image, drawn)

    def _place(
        self, settings: ProjectSettings, batch: Batch, ready: Sequence[_Ready], *, again: bool
    ) -> list[Placed]:
        files = {each.file_name: (each.image.data, each.image.content_type) for each in ready}
        addresses = self.media.place(batch.label_studio_id, files, again=again)
        placed = []
        for each in ready:
            address = addresses[each.file_name]
            task = task_of(settings, each.frame, address, each.drawn)
            placed.append(Placed(each.frame, address, task))
        return placed

    def _make(self, batch: Batch, placed: Sequence[Placed]) -> list[int]:
        tasks = [each.task for each in placed]
        return self.label_studio.import_tasks(batch.label_studio_id, tasks)

    def _settle(self, batch: Batch, placed: Sequence[Placed], ids: Sequence[int]) -> Batch:
        frames = (each.frame for each in placed)
        return self.settle(batch, list(zip(frames, ids, strict=True))) if placed else batch

    def _import_in_parts(self, batch: Batch, placed: Sequence[Placed]) -> Batch:
        """Import what was refused in ever smaller parts, to find what is to blame."""
        try:
            return self._settle(batch, placed, self._make(batch, placed))
        except LabelStudioError as error:
            if error.status not in answers.REFUSALS:
                raise
            if len(placed) == 1:
                self._refuse(batch, placed[0], error)
                return batch
        half = len(placed) // 2
        batch = self._import_in_parts(batch, placed[:half])
        return self._import_in_parts(batch, placed[half:])

    def _refuse(self, batch: Batch, placed: Placed, error: LabelStudioError) -> None:
        self.media.forget(batch.label_studio_id, [placed.address])
        self.set_aside(placed.frame, error)
