"""Batches are opened when their first frame comes, and learn classes that nobody had named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch, batch_name, origin, title
from plugin.domain.frame import Frame
from plugin.domain.settings import ProjectSettings
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.tabs import BY_URGENCY
from plugin.stores.batches import Batches

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


@dataclass(frozen=True)
class BatchOpener:
    """Finds or makes the Label Studio project that frames belong to. Call it under a lock."""

    batches: Batches
    label_studio: "LabelStudioGateway"
    clock: Clock

    def open(self, settings: ProjectSettings, period: str) -> Batch:
        """The batch that a period's next frames belong to, made when there is none with room."""
        parts = [b for b in self.batches.of_project(settings.project) if b.period == period]
        newest = max(parts, key=attrgetter("part"), default=None)
        if newest and newest.size < settings.batch.max_images:
            return newest
        return self._make(settings, period, newest.part + 1 if newest else 1)

    def widen(self, settings: ProjectSettings, batch: Batch, frames: Sequence[Frame]) -> Batch:
        """The batch with every class and keypoint of these frames in its labelling config."""
        boxes = [box for frame in frames for box in frame.prediction.boxes]
        names = [box.class_name for box in boxes]
        names += [label.class_name for frame in frames for label in frame.prediction.labels]
        classes = _with(batch.classes, names)
        keypoints = _with(batch.keypoints, (point.name for box in boxes for point in box.keypoints))
        if (classes, keypoints) == (batch.classes, batch.keypoints):
            return batch
        config = render(settings.task_type, classes, keypoints)
        self.label_studio.set_label_config(batch.label_studio_id, config)
        wider = msgspec.structs.replace(batch, classes=classes, keypoints=keypoints)
        self.batches.save(wider)
        return wider

    def _make(self, settings: ProjectSettings, period: str, part: int) -> Batch:
        name = batch_name(period, part)
        heading, ours = title(settings.project, name), origin(settings.project, name)
        config = render(settings.task_type, settings.classes, settings.keypoints)
        # A crash may have come between the project and our note of it.
        known = self.label_studio.find_project(heading, ours)
        number = known or self.label_studio.create_project(heading, ours, config)
        batch = Batch(
            name=name,
            project=settings.project,
            period=period,
            part=part,
            title=heading,
            label_studio_id=number,
            created_at=self.clock(),
            classes=settings.classes,
            keypoints=settings.keypoints,
        )
        self.batches.create(batch)
        if known is None:
            self.label_studio.create_tab(number, "All images", "", BY_URGENCY)
        if settings.instructions:
            self.label_studio.set_instructions(number, settings.instructions)
        return batch


def _with(known: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    """Names known and new, the new ones behind, so that the others keep their colours."""
    return tuple(dict.fromkeys([*known, *names]))
