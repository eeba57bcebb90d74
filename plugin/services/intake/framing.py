"""From an offer, its image and what was charged for it, to the frame that is stored."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.frame import NO_IMAGE, Frame, ImageInfo
from plugin.domain.prediction import Prediction
from plugin.domain.settings import ImageSettings
from plugin.domain.windows import period_of
from plugin.formats.predictions import Expected, checked
from plugin.images import ImageFacts, take_in
from plugin.services.intake.receiving import Offer
from plugin.stores.candidates.admission_questions import look_of
from plugin.stores.frames.spool import image_key


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as it is stored, with what was found in it and the SHA-256 of its bytes."""

    data: bytes
    facts: ImageFacts
    sha256: str

    def info(self, project: str, frame_id: str) -> ImageInfo:
        """What a frame's record says of it."""
        facts = self.facts
        return ImageInfo(
            key=image_key(project, frame_id, facts.extension),
            content_type=facts.content_type,
            sha256=self.sha256,
            width=facts.width,
            height=facts.height,
            size=len(self.data),
            look=look_of(facts.look),
        )


def picture_of(data: bytes, settings: ImageSettings, *, with_look: bool) -> Picture:
    """Look at an image and take out what it says of places and people, unless that is wanted.

    Raises:
        InvalidInputError: it is no whole image of a kind that is accepted.
    """
    kept, facts = take_in(data, keep_metadata=settings.keep_metadata, with_look=with_look)
    return Picture(kept, facts, sha256(kept).hexdigest())


def fitted(prediction: Prediction, facts: ImageFacts, expected: Expected) -> Prediction:
    """A prediction of the image's size; one that did not say its size is checked against it now.

    Raises:
        InvalidInputError: they do not belong together.
    """
    size = (facts.width, facts.height)
    if (prediction.width, prediction.height) == size:
        return prediction
    if prediction.width and prediction.height:
        said = f"{prediction.width} x {prediction.height}"
        wanted = f"the size of the image, {facts.width} x {facts.height} pixels"
        raise InvalidInputError(FieldError("prediction.width, prediction.height", said, wanted))
    sized = msgspec.structs.replace(prediction, width=facts.width, height=facts.height)
    return checked(sized, expected)


def frame_of(offer: Offer, digest: str, charged: str, granted_at: datetime) -> Frame:
    """The frame that an offer becomes, its image yet to come.

    Args:
        offer: what was granted.
        digest: what its event is remembered by.
        charged: the rule whose budget was charged, "" where there are no rules.
        granted_at: when; budget goes back to the windows of this time.
    """
    settings = offer.gate.settings
    rule = next((rule for rule in offer.matched if rule.name == charged), None)
    return Frame(
        frame_id=offer.frame_id,
        project=settings.project,
        event_id=offer.event_id,
        deployment=offer.deployment.name,
        captured_at=offer.event.timestamp or offer.now,
        received_at=granted_at,
        period=period_of(settings.batch, granted_at),
        image=NO_IMAGE,
        prediction=offer.prediction,
        rule=charged,
        reason=offer.reason,
        tags=rule.tags if rule else (),
        priority=rule.priority if rule else 0,
        metadata=offer.event.metadata,
        settings_version=offer.gate.version.version,
        digest=digest,
    )


def with_picture(frame: Frame, picture: Picture, prediction: Prediction) -> Frame:
    """The frame with its image, and its prediction as it fits that image."""
    image = picture.info(frame.project, frame.frame_id)
    return msgspec.structs.replace(frame, image=image, prediction=prediction)
