"""From a finished review to what a training set takes in: the image, upright, and a sound truth."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Never

from plugin.domain.consensus import Opinion, choose
from plugin.domain.errors import FieldError, InvalidInputError, NotFoundError
from plugin.domain.frame import ImportedFrame
from plugin.domain.settings import ImageSettings, ProjectSettings
from plugin.domain.truths import fitted
from plugin.images import ImageFacts, fit, inspect
from plugin.stores.frames.spool import Spool
from plugin.stores.review.reviews import Review
from plugin.training_set.examples import REVIEW, Example, Provenance
from plugin.training_set.grouping import Traits
from plugin.training_set.prepared import Prepared, PreparedImage
from plugin.training_set.versions import Problem, shown

AS_POSTED = ImageSettings(max_width=16_384, max_height=16_384, jpeg_quality=95)
"""Training images keep their size; only those that lie on their side are turned."""


@dataclass(frozen=True)
class Preparer:
    """Reads a frame's image and checks what was said about it; no state, safe in threads."""

    spool: Spool

    def prepare(
        self,
        review: Review,
        imported: ImportedFrame | None,
        before: Example | None,
        settings: ProjectSettings,
    ) -> Prepared | Problem:
        """One image for the training set, or why it cannot be in it.

        Args:
            review: what was finished.
            imported: its frame; None where its record is gone.
            before: its example in the version before: its image is not read again.
            settings: of the project.

        Raises:
            OSError: the Store does not answer.
        """
        try:
            return self._prepare(review, imported, before, settings)
        except NotFoundError as error:
            return problem(review, FieldError("image", error.name, "an object in the Store"))
        except InvalidInputError as error:
            return problem(review, error.errors[0])

    def _prepare(
        self,
        review: Review,
        imported: ImportedFrame | None,
        before: Example | None,
        settings: ProjectSettings,
    ) -> Prepared:
        if review.task_gone:
            _refuse("task", review.task_id, "one in Label Studio")
        if imported is None:
            _refuse("frame", review.frame_id, "its record in the Store")
        opinions = review.all_opinions
        for each in opinions:
            if each.error:
                _refuse("annotation", each.annotation_id, each.error)
        verdict = choose(opinions, settings.training_set.choose)
        image, look = self._image(review, imported, before, settings)
        truth, errors = fitted(verdict.truth, (image.width, image.height), settings.task_type)
        if errors:
            raise InvalidInputError(*errors)
        return Prepared(
            review.frame_id, image, truth, _provenance(imported, verdict.opinion),
            opinions if len(opinions) > 1 else (),
            Traits(review.frame_id, _scene(imported, settings), look),
        )  # fmt: skip

    def _image(
        self,
        review: Review,
        imported: ImportedFrame,
        before: Example | None,
        settings: ProjectSettings,
    ) -> tuple[PreparedImage, int | None]:
        if before is not None:
            extension = before.file_name.rpartition(".")[2]
            same = PreparedImage(
                before.sha256, before.width, before.height, before.content_type, extension
            )
            return same, None
        info = imported.frame.image
        posted = self.spool.image(imported.frame)
        digest = sha256(posted).hexdigest()
        if info.sha256 and digest != info.sha256:
            _refuse("image", digest, f"the image that was posted, SHA-256 {info.sha256}")
        # Found out when it came in, or when its review did; decoding it takes ten times the rest.
        known = info.look or review.look
        wanted = settings.training_set.alike_together and not known
        facts = inspect(posted, with_look=wanted)
        if known:
            facts = replace(facts, look=int(known, 16))
        image = as_posted(posted, facts, digest)
        if image.data is posted:
            image = replace(image, data=None, posted_as=info.key)
        return image, facts.look


def as_posted(data: bytes, facts: ImageFacts, digest: str = "") -> PreparedImage:
    """An image in its own size, upright; `digest` is the SHA-256 of `data`, where that is known."""
    image = fit(data, facts, AS_POSTED)
    if image.data is not data or not digest:
        digest = sha256(image.data).hexdigest()
    return PreparedImage(
        digest, image.width, image.height, image.content_type, image.extension, image.data
    )


def _refuse(field: str, value: object, expected: str) -> Never:
    raise InvalidInputError(FieldError(field, value, expected))


def problem(review: Review, error: FieldError) -> Problem:
    """Why a review cannot be trained on."""
    return Problem(
        image_id=review.frame_id,
        field=error.field,
        value=shown(error.value),
        expected=error.expected,
        batch=review.batch,
        task_id=review.task_id,
        annotations=len(review.all_opinions),
    )


def _provenance(imported: ImportedFrame, opinion: Opinion) -> Provenance:
    frame = imported.frame
    return Provenance(
        origin=REVIEW,
        frame_id=frame.frame_id,
        deployment=frame.deployment,
        model_version=frame.prediction.model_version,
        rule=frame.rule,
        batch=imported.batch,
        task_id=imported.task_id,
        reviewer=opinion.reviewer,
        finished_at=opinion.finished_at,
        seconds=opinion.seconds,
    )


def _scene(imported: ImportedFrame, settings: ProjectSettings) -> str:
    """The scene of a frame; "" where it has none, or scenes do not matter."""
    key = settings.training_set.scene
    value = imported.frame.metadata.get(key) if key else None
    return "" if value is None else str(value)
