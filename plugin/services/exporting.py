"""Export: reviewed frames become the next version of the training set."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from plugin.clock import Clock
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError, UnavailableError
from plugin.domain.prediction import TaskType
from plugin.domain.settings import ImageSettings
from plugin.images import fit, inspect
from plugin.stores.locks import Locks
from plugin.stores.reviews import Review, Reviews
from plugin.stores.settings_history import SettingsHistory
from plugin.stores.spool import Spool
from plugin.training_set import coco, yolo
from plugin.training_set.samples import Sample
from plugin.training_set.versions import Manifest, TrainingSets

AS_POSTED = ImageSettings(max_width=16_384, max_height=16_384, jpeg_quality=95)
"""Training images keep their size; only those that lie on their side are turned."""


@dataclass(frozen=True)
class Exporter:
    """From reviews to a training set."""

    history: SettingsHistory
    reviews: Reviews
    spool: Spool
    training_sets: TrainingSets
    locks: Locks
    clock: Clock

    def export(self, project: str) -> Manifest:
        """Write the next version, or return the newest when no review has changed since.

        Raises:
            NotFoundError: there is no such project.
            ConflictError: another export of the project is running.
            InvalidInputError: the project's task type has no training set yet.
        """
        settings = self.history.newest(project).settings
        if settings.task_type is not TaskType.OBJECT_DETECTION:
            expected = "object-detection: training sets of other types are to come"
            raise InvalidInputError(FieldError("task_type", str(settings.task_type), expected))
        with self.locks.hold(f"export:{project}") as lease:
            if lease is None:
                raise ConflictError(f"project {project!r} is being exported by somebody else")
            reviews = list(self.reviews.of_project(project))
            classes = _classes(settings.classes, reviews)
            newest, content = self.training_sets.newest(project), _digest(reviews, classes)
            if newest and newest.content == content:
                return newest
            manifest = Manifest(
                version=newest.version + 1 if newest else 1,
                images=len(reviews),
                annotations=sum(len(review.truth.boxes) for review in reviews),
                classes=classes,
                content=content,
                created_at=self.clock(),
            )
            self.training_sets.write(project, manifest, self._files(project, reviews, classes))
        return manifest

    def _files(
        self, project: str, reviews: Sequence[Review], classes: Sequence[str]
    ) -> Iterator[tuple[str, bytes]]:
        samples = []
        for review in reviews:
            file_name, image = self._image(project, review)
            sample = Sample(file_name, review.truth)
            samples.append(sample)
            yield f"images/{file_name}", image
            yield f"labels/{review.frame_id}.txt", yolo.encode_labels(sample, classes).encode()
        yield "data.yaml", yolo.encode_data_yaml(classes).encode()
        yield "annotations.coco.json", msgspec.json.encode(coco.encode(samples, classes))

    def _image(self, project: str, review: Review) -> tuple[str, bytes]:
        imported = self.spool.imported_frame(project, review.frame_id)
        if imported is None:
            raise UnavailableError("Store", f"the record of frame {review.frame_id} is gone")
        posted = self.spool.image(imported.frame)
        image = fit(posted, inspect(posted), AS_POSTED)
        return f"{review.frame_id}.{image.extension}", image.data


def _classes(named: Sequence[str], reviews: Sequence[Review]) -> tuple[str, ...]:
    """The settings' classes, and behind them those that only reviews know: indices stay."""
    seen = (box.class_name for review in reviews for box in review.truth.boxes)
    return tuple(dict.fromkeys([*named, *sorted(set(seen))]))


def _digest(reviews: Sequence[Review], classes: Sequence[str]) -> str:
    digest = sha256(msgspec.json.encode(classes))
    for review in reviews:
        digest.update(msgspec.json.encode((review.frame_id, review.truth)))
    return digest.hexdigest()
