"""A case: one offer on its way through keeping, and what is known of it so far."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from plugin.domain.deciding import Outcome
from plugin.domain.errors import ActiveLearningError, ConflictError, UnavailableError
from plugin.domain.frame import Frame
from plugin.domain.prediction import Prediction
from plugin.formats.native import decode_image
from plugin.services.intake.framing import Picture, fitted, frame_of, picture_of, with_picture
from plugin.services.intake.receiving import Answer, Offer
from plugin.stores.candidates.admission import Admission, Candidate, Grant

Kept = Answer | ActiveLearningError
"""What became of an offer; an error where it could not be kept as it should be."""

NOT_ASKED = Admission("full")
UNANSWERED = UnavailableError("admission", "was not asked")


@dataclass(slots=True)
class Case:
    """An offer that is right in itself; without a picture its image is yet to come."""

    offer: Offer
    candidate: Candidate
    picture: Picture | None
    prediction: Prediction
    address: str
    admission: Admission = NOT_ASKED
    answer: Kept = UNANSWERED

    @property
    def is_taken(self) -> bool:
        """Whether its frame is to be stored, unless it is there already."""
        return self.admission.kind in {"granted", "known"}

    def frame(self, granted_at: datetime) -> Frame:
        """The frame that it becomes, with its image where that is there."""
        digest, rule = self.candidate.digest, self.admission.rule
        frame = frame_of(self.offer, digest, rule, granted_at)
        return with_picture(frame, self.picture, self.prediction) if self.picture else frame

    def grant(self, granted_at: datetime) -> Grant:
        """What it was granted, to be given back."""
        each = self.candidate
        return Grant(each.frame_id, each.digest, self.admission.rule, granted_at, each.look)

    @property
    def again(self) -> Candidate:
        """The same candidate, for the rule that was charged and no other."""
        charged = tuple(each for each in self.offer.matched if each.name == self.admission.rule)
        just_granted = self.admission.kind == "granted"
        return msgspec.structs.replace(self.candidate, matched=charged, just_granted=just_granted)

    def settle(self, admission: Admission) -> None:
        """Take the answer that admission gave; a frame that is taken has yet to be stored."""
        self.admission, identifier = admission, self.candidate.frame_id
        match admission.kind:
            case "granted" | "known":
                reason = self.offer.reason
                self.answer = Answer(Outcome.KEPT, identifier, admission.rule, reason)
            case "near_duplicate":
                self.answer = Answer(Outcome.NEAR_DUPLICATE, identifier, reason=likeness(admission))
            case "full":
                self.answer = Answer(Outcome.CAP_REACHED, identifier, reason=admission.full)
            case "conflict":
                said = f"event {self.offer.event_id!r} was posted before with other content"
                self.answer = ConflictError(said)


def case_of(offer: Offer, check_address: Callable[[str], str]) -> Case:
    """Look at an offer's image, where it is there, and whether its prediction is of that image.

    Args:
        offer: an event that the settings would keep.
        check_address: refuses addresses that we would not fetch an image from.

    Raises:
        InvalidInputError: naming what is wrong.
    """
    settings, data, address = offer.gate.settings, offer.file, ""
    if data is None and (posted := decode_image(offer.event.image)):
        data = posted.base64
        address = check_address(posted.url) if posted.url is not None else ""
    digest, picture, prediction = sha256(offer.event.prediction), None, offer.prediction
    if data is not None:
        with_look = settings.near_duplicates is not None
        picture = picture_of(data, settings.image, with_look=with_look)
        prediction = fitted(prediction, picture.facts, offer.gate.expected)
        digest.update(bytes.fromhex(picture.sha256))
    digest.update(address.encode())
    look = picture.facts.look if picture else None
    candidate = Candidate(offer.frame_id, digest.hexdigest(), offer.matched, look)
    return Case(offer, candidate, picture, prediction, address)


def likeness(admission: Admission) -> str:
    """Which frame a near-duplicate looks like, in words."""
    return f"looks like frame {admission.twin}: {admission.distance} of 64 bits differ"
