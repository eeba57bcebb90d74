"""Receive: an event comes in, is decided, and if it is kept, is durable before we answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import msgspec

from plugin.domain.deciding import Decider, Outcome, Verdict
from plugin.domain.errors import ConflictError, FieldError, InvalidInputError, UnavailableError
from plugin.domain.frame import Frame, ImageInfo, frame_id
from plugin.domain.prediction import Prediction
from plugin.domain.windows import period_of
from plugin.formats.event_ids import event_id_of
from plugin.formats.native import Metadata
from plugin.formats.predictions import Expected, checked, decode_prediction, expected_by
from plugin.images import ImageFacts, inspect
from plugin.queues import ImportQueue
from plugin.stores.admission import Admission, AdmissionControl, Candidate
from plugin.stores.deployments import Deployment
from plugin.stores.funnel import Funnel
from plugin.stores.settings_history import SettingsHistory, SettingsVersion
from plugin.stores.spool import Spool, image_key


@dataclass(frozen=True, slots=True)
class Event:
    """One inference as it was posted; the prediction and the image not yet looked at."""

    event_id: str
    timestamp: datetime | None
    model_version: str
    metadata: Metadata
    prediction: bytes
    image: bytes | None
    format: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What a deployment is told about its event."""

    frame_id: str
    outcome: Outcome
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A candidate with all that is known of it."""

    event: Event
    event_id: str
    prediction: Prediction
    image: bytes
    facts: ImageFacts
    verdict: Verdict
    reason: str
    now: datetime


@dataclass(frozen=True)
class Receiver:
    """The first station."""

    history: SettingsHistory
    admission: AdmissionControl
    spool: Spool
    queue: ImportQueue
    funnel: Funnel
    _deciders: dict[str, tuple[int, Decider]] = field(default_factory=dict)

    def receive(self, deployment: Deployment, event: Event, now: datetime) -> Answer:
        """Decide on an event, and make it durable if it is kept.

        Raises:
            InvalidInputError: naming the fields that are wrong; nothing was charged or stored.
            ConflictError: another body was posted under the same event id.
            UnavailableError: it should be kept and could not be made durable.
        """
        version = self.history.current(deployment.project)
        settings = version.settings
        image = _image_of(event)
        expected = expected_by(settings)
        prediction = decode_prediction(event.prediction, expected, event.format)
        prediction = _with_version(prediction, event.model_version)
        event_id = event_id_of(event.event_id, event.prediction, image)
        decider = self._decider(version)
        verdict = decider.decide(event_id, prediction)
        if verdict.refused is not None:
            self.funnel.count(settings.project, _stages(verdict.refused), now)
            identifier = frame_id(settings.project, event_id)
            reason = decider.explain(event_id, prediction)
            return Answer(identifier, verdict.refused, reason=reason)
        facts = inspect(image, with_look=settings.near_duplicates is not None)
        prediction = _fitted(prediction, facts, expected)
        offer = _Offer(
            event=event, event_id=event_id, prediction=prediction, image=image, facts=facts,
            verdict=verdict, reason=decider.explain(event_id, prediction), now=now,
        )  # fmt: skip
        return self._admit(deployment, version, offer)

    def _decider(self, version: SettingsVersion) -> Decider:
        """The decider for these settings, compiled once per version."""
        name = version.settings.project
        number, decider = self._deciders.get(name, (0, None))
        if decider is None or number != version.version:
            decider = Decider(version.settings)
            self._deciders[name] = (version.version, decider)
        return decider

    def _admit(self, deployment: Deployment, version: SettingsVersion, offer: _Offer) -> Answer:
        settings = version.settings
        identifier = frame_id(settings.project, offer.event_id)
        digest = sha256(offer.event.prediction + offer.image).hexdigest()
        candidate = Candidate(identifier, digest, offer.verdict.matched, offer.facts.look)
        admission = self.admission.admit(settings, candidate, offer.now)
        if admission.kind == "conflict":
            raise ConflictError(f"event {offer.event_id!r} was posted before with other content")
        self.funnel.count(settings.project, _stages_of(admission), offer.now)
        if admission.kind == "full":
            return Answer(identifier, Outcome.CAP_REACHED, reason=admission.full)
        if admission.kind == "near_duplicate":
            return Answer(identifier, Outcome.NEAR_DUPLICATE, reason=_likeness(admission))
        frame = _frame(deployment, version, offer, admission)
        # Also when the event is known: a crash may have come between the charge and the spool.
        self._store(
            frame,
            offer.image,
            on_failure=lambda: self.admission.release(settings, candidate, admission, offer.now),
        )
        return Answer(identifier, Outcome.KEPT, admission.rule, offer.reason)

    def _store(self, frame: Frame, image: bytes, on_failure: Callable[[], object]) -> None:
        try:
            self.spool.add(frame, image)
        except OSError as error:
            on_failure()
            raise UnavailableError("Store", error.strerror or str(error)) from error
        self.queue.request(frame.project)


def _frame(
    deployment: Deployment, version: SettingsVersion, offer: _Offer, admission: Admission
) -> Frame:
    settings, facts = version.settings, offer.facts
    identifier = frame_id(settings.project, offer.event_id)
    rule = next((rule for rule in offer.verdict.matched if rule.name == admission.rule), None)
    return Frame(
        frame_id=identifier,
        project=settings.project,
        event_id=offer.event_id,
        deployment=deployment.name,
        captured_at=offer.event.timestamp or offer.now,
        received_at=offer.now,
        period=period_of(settings.batch, offer.now),
        image=ImageInfo(
            key=image_key(settings.project, identifier, facts.extension),
            content_type=facts.content_type,
            sha256=sha256(offer.image).hexdigest(),
            width=facts.width,
            height=facts.height,
            size=len(offer.image),
        ),
        prediction=offer.prediction,
        rule=admission.rule,
        reason=offer.reason,
        tags=rule.tags if rule else (),
        priority=rule.priority if rule else 0,
        metadata=offer.event.metadata,
        settings_version=version.version,
    )


def _image_of(event: Event) -> bytes:
    if not event.image:
        raise InvalidInputError(FieldError("image", None, "the image that was looked at"))
    return event.image


def _with_version(prediction: Prediction, model_version: str) -> Prediction:
    if not model_version:
        return prediction
    return msgspec.structs.replace(prediction, model_version=model_version)


def _fitted(prediction: Prediction, facts: ImageFacts, expected: Expected) -> Prediction:
    """A prediction of the image's size; one that did not say its size is checked against it now."""
    size = (facts.width, facts.height)
    if (prediction.width, prediction.height) == size:
        return prediction
    if prediction.width and prediction.height:
        said = f"{prediction.width} x {prediction.height}"
        wanted = f"the size of the image, {facts.width} x {facts.height} pixels"
        raise InvalidInputError(FieldError("prediction.width, prediction.height", said, wanted))
    sized = msgspec.structs.replace(prediction, width=facts.width, height=facts.height)
    return checked(sized, expected)


_OUTCOMES = {
    "granted": Outcome.KEPT,
    "full": Outcome.CAP_REACHED,
    "near_duplicate": Outcome.NEAR_DUPLICATE,
}


def _likeness(admission: Admission) -> str:
    return f"looks like frame {admission.twin}: {admission.distance} of 64 bits differ"


def _stages(refused: Outcome) -> tuple[str, ...]:
    """The stages of the funnel that an event passed before the settings turned it away."""
    passed = ("received", "sampled") if refused is Outcome.NO_RULE_MATCHED else ("received",)
    return (*passed, f"outcome:{refused}")


def _stages_of(admission: Admission) -> tuple[str, ...]:
    """The stages that a candidate passed; one posted again counts as received alone."""
    if admission.kind == "known":
        return ("received", "outcome:repeated")
    outcome = _OUTCOMES[admission.kind]
    return ("received", "sampled", "matched", f"outcome:{outcome}")
