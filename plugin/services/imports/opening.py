"""Batches are opened when their first frame comes, and closed when somebody deleted them.

Their labelling configs belong to the reviewers, who may edit them: they only ever gain classes.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch, batch_name, origin, title
from plugin.domain.errors import LabelStudioError, UnavailableError
from plugin.domain.frame import Frame
from plugin.domain.settings import ProjectSettings
from plugin.domain.turned import is_turned
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.merging import merge
from plugin.labelstudio.tabs import BY_URGENCY
from plugin.services.imports import answers
from plugin.services.imports.indexing import Indexer
from plugin.stores.frames.batches import Batches
from plugin.stores.frames.colours import ClassColours

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway
    from plugin.labelstudio.media import Media

LONGEST_OPENING = timedelta(seconds=60)
"""After which whoever began to open a batch and did not end it counts as dead."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """A batch that takes frames, with its labelling config as Label Studio has it."""

    batch: Batch
    label_config: str


@dataclass(frozen=True)
class BatchOpener:
    """Finds or makes the Label Studio project that frames belong to. Call it under a lock."""

    batches: Batches
    label_studio: "LabelStudioGateway"
    media: "Media"
    clock: Clock
    colours: ClassColours
    indexer: Indexer

    def open(self, settings: ProjectSettings, period: str, held: Mapping[str, int]) -> Target:
        """The batch that a period's next frames belong to, made when there is none with room.

        Args:
            settings: of the project.
            period: what it holds the frames of.
            held: places that are taken already, by batch.

        Raises:
            LabelStudioError: it refused or did not answer.
            UnavailableError: somebody else is opening the batch in this moment.
        """
        newest = self.batches.newest(settings.project, period)
        if newest and not newest.closed:
            taken = newest.size + held.get(newest.name, 0)
            if taken < settings.batch.max_images and (target := self.look(newest)):
                return target
        return self._make(settings, period, newest.part + 1 if newest else 1)

    def look(self, batch: Batch) -> Target | None:
        """A batch as Label Studio has it now; None, and it is closed, when somebody deleted it."""
        if batch.closed:
            return None
        found = self.label_studio.project(batch.label_studio_id)
        if found:
            return Target(batch, found.label_config)
        self.label_studio.email()  # raises where the server is none: then nothing was deleted
        day = self.clock().date().isoformat()
        self.indexer.refresh(self.batches.close(batch, f"deleted in Label Studio, found on {day}"))
        log.warning("batch deleted in Label Studio", extra={"batch": batch.title})
        return None

    def widen(self, target: Target, frames: Sequence[Frame]) -> Target:
        """The batch with every class and keypoint of these frames in its labelling config.

        Where a box of theirs is turned, reviewers can turn boxes from then on.
        A class that a reviewer removed comes back only when a frame needs it.
        """
        batch = target.batch
        boxes = [box for frame in frames for box in frame.prediction.boxes]
        names = [box.class_name for box in boxes]
        names += [label.class_name for frame in frames for label in frame.prediction.labels]
        points = [point.name for box in boxes for point in box.keypoints]
        classes, keypoints = _with(batch.classes, names), _with(batch.keypoints, points)
        config = merge(
            target.label_config, _with((), names), _with((), points),
            lambda missing: self.colours.of(batch.project, missing),
            can_turn=any(map(is_turned, boxes)),
        )  # fmt: skip
        if config != target.label_config:
            self.label_studio.set_label_config(batch.label_studio_id, config)
        if (classes, keypoints) == (batch.classes, batch.keypoints):
            return replace(target, label_config=config)
        wider = msgspec.structs.replace(batch, classes=classes, keypoints=keypoints)
        self.batches.save(wider)
        return Target(wider, config)

    def _make(self, settings: ProjectSettings, period: str, part: int) -> Target:
        name = batch_name(period, part)
        shades = self.colours.of(settings.project, (*settings.classes, *settings.keypoints))
        config = render(settings.task_type, settings.classes, settings.keypoints, shades)
        # A crash may have come between the project and our note of it.
        known = self._begin(settings.project, name)
        number = known or self._create(settings.project, name, config)
        self._furnish(settings, number, with_tab=known is None)
        batch = Batch(
            name=name,
            project=settings.project,
            period=period,
            part=part,
            title=title(settings.project, name),
            label_studio_id=number,
            created_at=self.clock(),
            classes=settings.classes,
            keypoints=settings.keypoints,
        )
        self.batches.create(batch)
        self.batches.end_opening(settings.project, name)
        self.indexer.refresh(batch)
        return (self.look(batch) if known else None) or Target(batch, config)

    def _begin(self, project: str, name: str) -> int | None:
        """The id of the Label Studio project, where an earlier try came so far.

        Raises:
            UnavailableError: somebody else is at it this moment, or has died lately.
        """
        now, heading = self.clock(), title(project, name)
        first = self.batches.begin_opening(project, name, now)
        begun = self.batches.opening(project, name)
        try:
            known = self.label_studio.find_project(heading, origin(project, name))
        except LabelStudioError:
            if first:
                self.batches.end_opening(project, name)
            raise
        if first or known or begun is None:
            return known
        if timedelta(0) <= now - begun.begun_at < LONGEST_OPENING:
            raise UnavailableError("batch", f"{heading} is being opened by somebody else")
        return None

    def _create(self, project: str, name: str, config: str) -> int:
        try:
            return self.label_studio.create_project(
                title(project, name), origin(project, name), config
            )
        except LabelStudioError as error:
            if answers.is_over(error):
                self.batches.end_opening(project, name)
            raise

    def _furnish(self, settings: ProjectSettings, number: int, *, with_tab: bool) -> None:
        self.media.prepare(number)
        if with_tab:
            self.label_studio.create_tab(number, "All images", "", BY_URGENCY)
        if settings.instructions:
            self.label_studio.set_instructions(number, settings.instructions)


def _with(known: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    """Names known and new, the new ones behind, so that the others keep their colours."""
    return tuple(dict.fromkeys([*known, *names]))
