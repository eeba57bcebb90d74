"""Receive: an event comes in and is decided; most of them end here, at no cost but the decision."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

import msgspec

from plugin.domain.deciding import Outcome
from plugin.domain.frame import frame_id
from plugin.domain.prediction import Prediction
from plugin.domain.settings import Rule
from plugin.formats.event_ids import event_id_of
from plugin.formats.native import PostedEvent
from plugin.formats.predictions import decode_prediction
from plugin.services.intake.gates import Gate, Gates
from plugin.stores.access.deployments import Deployment
from plugin.stores.measures.traffic import Came, Traffic


class Upload(msgspec.Struct, frozen=True, gc=False):
    """Where the image of a frame that was kept is to be sent."""

    url: str
    expires_at: datetime
    method: str = "PUT"


class Answer(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a deployment is told about its event."""

    outcome: Outcome
    frame_id: str = ""
    rule: str = ""
    reason: str = ""
    upload: Upload | None = None


@dataclass(frozen=True)
class Offer:
    """An event that the settings would keep; `file` is an image that came beside the event."""

    deployment: Deployment
    gate: Gate
    event: PostedEvent
    file: bytes | None
    event_id: str
    prediction: Prediction
    matched: tuple[Rule, ...]
    now: datetime

    @cached_property
    def frame_id(self) -> str:
        """The id of the frame that it may become."""
        return frame_id(self.gate.settings.project, self.event_id)

    @cached_property
    def reason(self) -> str:
        """Why the settings would keep it, in words."""
        return self.gate.decider.explain(self.event_id, self.prediction)


@dataclass(frozen=True)
class Receiver:
    """The first station: no I/O but a look at the settings once a second.

    A sample of the events goes to `traffic`, whatever becomes of them; without it to nobody.
    """

    gates: Gates
    traffic: Traffic | None = None

    def decide(
        self,
        deployment: Deployment,
        event: PostedEvent,
        now: datetime,
        *,
        file: bytes | None = None,
        explain: bool = True,
    ) -> Answer | Offer:
        """Turn an event away, or offer it for keeping.

        Args:
            deployment: who posts.
            event: as it was posted.
            now: the time it came in.
            file: the image, where it came beside the event.
            explain: whether a refusal says its reason, which costs several times the decision.

        Raises:
            InvalidInputError: naming the fields that are wrong.
            NotFoundError: there is no such project.
        """
        gate = self.gates.of(deployment.project)
        decider, event_id = gate.decider, event_id_of(event, file)
        if self.traffic is not None and self.traffic.wants(deployment.project):
            self.traffic.record(deployment.project, came(gate, event, event_id, now))
        if not decider.samples(event_id):
            # Most events end here, before anybody has looked at their predictions.
            reason = decider.explain_sampling(event_id) if explain else ""
            return _refusal(gate, event_id, Outcome.NOT_SAMPLED, reason)
        prediction = gate.prediction_of(event)
        verdict = decider.decide(event_id, prediction)
        if verdict.refused is None:
            return Offer(
                deployment, gate, event, file, event_id, prediction, verdict.matched, now
            )  # fmt: skip
        reason = decider.explain(event_id, prediction) if explain else ""
        return _refusal(gate, event_id, verdict.refused, reason)


def came(gate: Gate, event: PostedEvent, event_id: str, now: datetime) -> Came:
    """An event as a sample takes it: decoded later, if at all."""
    body = bytes(event.prediction)
    read = partial(decode_prediction, body, gate.expected, event.format)
    return Came(event_id, now, len(body), read)


def _refusal(gate: Gate, event_id: str, outcome: Outcome, reason: str) -> Answer:
    """An answer with its reason, or the outcome alone where nobody asked for one."""
    if not reason:
        return Answer(outcome)
    return Answer(outcome, frame_id(gate.settings.project, event_id), reason=reason)
