"""Adopt: what Label Studio has of ours and the Store does not know, like after an older backup."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from plugin.clock import Clock
from plugin.domain.batching import Batch, origin, title
from plugin.domain.errors import InvalidInputError, UnavailableError
from plugin.domain.frame import NO_IMAGE, Frame, described
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings
from plugin.formats.label_studio import decode
from plugin.labelstudio.values import UPLOADS_PER_CALL
from plugin.services.imports.deduplicating import Deduplicator
from plugin.services.imports.sending import Sender
from plugin.services.intake.framing import picture_of, with_picture
from plugin.stores.frames.batches import Batches
from plugin.stores.frames.spool import Spool
from plugin.stores.locks import Locks
from plugin.stores.objects import ObjectStore

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

_BATCH = re.compile(r"(all|[0-9]{4}-(?:W[0-9]{2}|[0-9]{2}(?:-[0-9]{2})?))(?:\.([0-9]{1,9}))?")

WAIT = 60.0
"""Seconds to wait for an import that is under way."""

_DATA = {"deployment": "", "event_id": "", "model_version": "", "rule": "", "tags": ""}

log = logging.getLogger(__name__)


class Adopted(msgspec.Struct, frozen=True):
    """Batches, tasks of frames that waited for their import, and tasks of frames we had lost.

    `doubled` are tasks that were removed: their frames were two.
    """

    batches: int = 0
    imported: int = 0
    recovered: int = 0
    doubled: int = 0


@dataclass(frozen=True)
class Adopter:
    """From Label Studio into the Store: every task of ours has its record, so none is doubled."""

    store: ObjectStore
    spool: Spool
    batches: Batches
    label_studio: "LabelStudioGateway"
    sender: Sender
    deduplicator: Deduplicator
    locks: Locks
    clock: Clock

    def run(self, settings: ProjectSettings) -> Adopted:
        """Adopt what is not known; running it again finds nothing.

        Raises:
            LabelStudioError: it failed or did not answer.
            UnavailableError: an import is under way and does not end.
        """
        project = settings.project
        with self.locks.hold_renewed(f"import:{project}", wait=WAIT) as lease:
            if lease is None:
                raise UnavailableError("import", f"of {project} is under way: try again later")
            return self._run(settings)

    def _run(self, settings: ProjectSettings) -> Adopted:
        before = {batch.name for batch in self.batches.of_project(settings.project)}
        found = list(self._batches(settings))
        parts = [self._tasks(settings, batch) for batch in found]
        waiting, lost, doubled = (sum(part[which] for part in parts) for which in range(3))
        new = sum(batch.name not in before for batch in found)
        return Adopted(batches=new, imported=waiting, recovered=lost, doubled=doubled)

    def _batches(self, settings: ProjectSettings) -> Iterator[Batch]:
        """Yield the batches that Label Studio has, those that are new to us noted."""
        project = settings.project
        beginning = origin(project, "")
        for there in self.label_studio.projects_of(beginning):
            name = there.description.removeprefix(beginning)
            named = parse_batch(name)
            if named is None:
                log.warning("no batch of ours: %s", there.description[:200])
                continue
            batch = self.batches.find(project, name)
            if batch is None:
                period, part = named
                batch = Batch(
                    name=name, project=project, period=period, part=part,
                    title=title(project, name), label_studio_id=there.id, created_at=self.clock(),
                    classes=settings.classes, keypoints=settings.keypoints,
                )  # fmt: skip
                self.batches.create(batch)
            if batch.label_studio_id == there.id:
                yield batch

    def _one_each(self, batch: Batch) -> tuple[dict[str, int], int]:
        """The task of every frame of a batch, and how many second ones were removed."""
        number, removed = batch.label_studio_id, 0
        tasks = self.label_studio.frames_of(number)
        doubled = [frame_id for frame_id, ids in tasks.items() if len(ids) > 1]
        for at in range(0, len(doubled), UPLOADS_PER_CALL):
            some = doubled[at : at + UPLOADS_PER_CALL]
            removed += self.deduplicator.settle(batch, some).removed
        if removed:
            tasks = self.label_studio.frames_of(number)
        return {frame_id: ids[0] for frame_id, ids in tasks.items()}, removed

    def _tasks(self, settings: ProjectSettings, batch: Batch) -> tuple[int, int, int]:
        """How many frames waited that are tasks already, were lost, or were two tasks."""
        there, doubled = self._one_each(batch)
        known = {task.frame_id for task in self.batches.tasks(batch)}
        unknown = [each for each in there if each not in known]
        waiting, lost = 0, 0
        for start in range(0, len(unknown), UPLOADS_PER_CALL):
            group = unknown[start : start + UPLOADS_PER_CALL]
            pending = self.spool.frames(batch.project, group)
            ids = {frame.frame_id for frame in pending}
            frames = [
                self._frame(settings, batch, there[each]) for each in group if each not in ids
            ]
            settled = [(frame, there[frame.frame_id]) for frame in (*pending, *frames)]
            batch = self.sender.settle(batch, settled, recount=True)
            waiting, lost = waiting + len(pending), lost + len(frames)
        return waiting, lost, doubled

    def _frame(self, settings: ProjectSettings, batch: Batch, task_id: int) -> Frame:
        """A frame from its task: as much as Label Studio was told of it, and its image as shown."""
        task = self.label_studio.task(task_id)
        data = task["data"]
        said = {name: str(data.get(name, default)) for name, default in _DATA.items()}
        frame = Frame(
            frame_id=data["frame_id"],
            project=batch.project,
            event_id=said["event_id"],
            deployment=said["deployment"],
            captured_at=datetime.fromisoformat(data["captured_at"]),
            received_at=datetime.fromisoformat(task["created_at"]),
            period=batch.period,
            image=NO_IMAGE,
            prediction=Prediction(model_version=said["model_version"]),
            rule=said["rule"],
            tags=tuple(filter(None, said["tags"].split(", "))),
            priority=int(data.get("priority", 0)),
        )
        log.warning("frame taken back from its task", extra=described(frame))
        return self._with_image(settings, frame, batch, task)

    def _with_image(
        self, settings: ProjectSettings, frame: Frame, batch: Batch, task: Mapping[str, Any]
    ) -> Frame:
        image = self.label_studio.image(batch.label_studio_id, task["data"]["image"])
        picture = picture_of(image, settings.image, with_look=False)
        size = (picture.facts.width, picture.facts.height)
        prediction = _prediction(settings, task.get("predictions") or (), size)
        version = frame.prediction.model_version
        prediction = msgspec.structs.replace(prediction, model_version=version)
        frame = with_picture(frame, picture, prediction)
        self.store.put(frame.image.key, picture.data)
        return frame


def _prediction(
    settings: ProjectSettings, drawn: Sequence[Mapping[str, Any]], size: tuple[int, int]
) -> Prediction:
    """What is drawn in a task; nothing where that is not what we draw."""
    width, height = size
    if not drawn:
        return Prediction(width, height)
    try:
        prediction = decode(dict(drawn[0]), settings.task_type)
    except InvalidInputError as error:
        log.warning("a prediction in Label Studio cannot be read: %s", error)
        return Prediction(width, height)
    return msgspec.structs.replace(prediction, width=width, height=height)


def parse_batch(name: str) -> tuple[str, int] | None:
    """The period and the part that a batch's name says; None where somebody wrote another name."""
    found = _BATCH.fullmatch(name)
    return (found[1], int(found[2] or 1)) if found else None
