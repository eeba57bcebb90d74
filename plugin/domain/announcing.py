"""A new version of a training set is announced: to a webhook, by a command, until it was taken."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

Channel = Literal["webhook", "command"]
Outcome = Literal["waiting", "running", "delivered", "dead"]

SCHEDULE = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds between tries, ten of them in a little over three days, as Standard Webhooks advises:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

MAX_TRIES = len(SCHEDULE) + 1
LONGEST_ASKED = 86_400.0
"""Seconds that a receiver may ask us to stay away; one that asks for more is asked again then."""

KEPT_ATTEMPTS = 20
INTERRUPTED = "a worker ended while it ran: it may have done its work, or not"
GONE = 410
"""Status by which a receiver says that it wants nothing any more."""


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One try: an HTTP status or an exit status where there was one, and what was wrong."""

    at: datetime
    status: int | None = None
    error: str = ""


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """An announcement's way through one channel.

    `running` is noted before a command is begun: found later, nobody knows how it ended. `tries`
    are those since it was last asked for, the one that goes on included; `next_at` is when it is
    tried again. `output` is the end of what the last try wrote or answered.
    """

    channel: Channel
    outcome: Outcome = "waiting"
    tries: int = 0
    next_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    output: str = ""

    @property
    def is_over(self) -> bool:
        """Whether it is not tried again by itself."""
        return self.outcome in {"delivered", "dead"}

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be tried now."""
        return not self.is_over and (self.next_at is None or self.next_at <= now)


class ModelSeen(msgspec.Struct, frozen=True):
    """A model version that a deployment posts, and did not before the announcement."""

    version: str
    deployment: str
    at: datetime


class Announcement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That a version is ready; `body` is what is said of it, the same at every try.

    `reason` says why the version was made. `models_before` are the model versions that were posted
    by then, `expected` is the one that the receiver named, `seen` the first new one.
    """

    project: str
    version: int
    reason: str
    at: datetime
    body: str
    deliveries: tuple[Delivery, ...] = ()
    models_before: tuple[str, ...] = ()
    expected: str = ""
    seen: ModelSeen | None = None

    @property
    def id(self) -> str:
        """The webhook-id: the same at every try and every replay, so that receivers know it."""
        digest = hashlib.sha256(f"{self.project}\0{self.version}\0{self.at}".encode()).hexdigest()
        return f"msg_{digest[:24]}"

    @property
    def is_told(self) -> bool:
        """Whether somebody has taken it, or it is for nobody."""
        outcomes = [each.outcome for each in self.deliveries]
        return "delivered" in outcomes or not outcomes

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is tried again by itself."""
        return all(each.is_over for each in self.deliveries)

    def with_delivery(self, delivery: Delivery) -> "Announcement":
        """The same with the delivery of one channel replaced."""
        kept = tuple(
            delivery if each.channel == delivery.channel else each for each in self.deliveries
        )
        return msgspec.structs.replace(self, deliveries=kept)


class Begun(msgspec.Struct, frozen=True, omit_defaults=True):
    """That `by` is about to make a version and announce it, `base` the newest one before it.

    `error` is why it could not be made yet. `is_wanted` where somebody asked for the announcement
    of the newest version even when nothing is new.
    """

    reason: str
    at: datetime
    by: str
    base: int = 0
    error: str = ""
    is_wanted: bool = False


def begin(delivery: Delivery, now: datetime, draw: float) -> Delivery:
    """A delivery that is about to be tried; `draw` is from 0 to 1.

    The time of the next try is noted with it, for a worker that dies in this one.
    """
    tries = delivery.tries + 1
    wait = SCHEDULE[min(tries, len(SCHEDULE)) - 1] * (1 + draw / 10)
    return msgspec.structs.replace(
        delivery,
        tries=tries,
        next_at=now + timedelta(seconds=wait),
        outcome="running" if delivery.channel == "command" else "waiting",
    )


def succeeded(delivery: Delivery, attempt: Attempt, output: str = "") -> Delivery:
    """A delivery that was taken."""
    return msgspec.structs.replace(
        _tried(delivery, attempt), outcome="delivered", next_at=None, output=output
    )


def failed(
    delivery: Delivery, attempt: Attempt, output: str = "", asked: float | None = None
) -> Delivery:
    """A delivery that was not taken; set aside after the last try, and where it is not wanted.

    `asked` are the seconds that the receiver wants to be left alone, where it said so.
    """
    over = delivery.tries >= MAX_TRIES or _is_refusal(delivery, attempt)
    next_at = delivery.next_at
    if next_at is not None and asked is not None:
        next_at = max(next_at, attempt.at + timedelta(seconds=min(asked, LONGEST_ASKED)))
    return msgspec.structs.replace(
        _tried(delivery, attempt),
        outcome="dead" if over else "waiting",
        next_at=None if over else next_at,
        output=output,
    )


def interrupted(delivery: Delivery, now: datetime) -> Delivery:
    """A command whose end nobody saw: it is not run again by itself."""
    return msgspec.structs.replace(
        _tried(delivery, Attempt(now, error=INTERRUPTED)), outcome="dead", next_at=None
    )


def replayed(delivery: Delivery) -> Delivery:
    """A delivery that is to be tried again from the start."""
    return msgspec.structs.replace(delivery, outcome="waiting", tries=0, next_at=None)


def new_models(before: Iterable[str], posted: Iterable[str]) -> list[str]:
    """The model versions that are posted now and were not before; "" is none."""
    known = {"", *before}
    return [version for version in posted if version not in known]


def _is_refusal(delivery: Delivery, attempt: Attempt) -> bool:
    return delivery.channel == "webhook" and attempt.status == GONE


def _tried(delivery: Delivery, attempt: Attempt) -> Delivery:
    attempts = (*delivery.attempts, attempt)[-KEPT_ATTEMPTS:]
    return msgspec.structs.replace(delivery, attempts=attempts)
