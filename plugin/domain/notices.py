"""What people are told: events, when a person's are due, and the one message made of them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal

import msgspec

Kind = Literal["assigned", "reassigned", "taken_back", "instructions_changed", "batch_finished"]

QUIET = timedelta(minutes=1)
"""A person's events are told together once nothing has been added for so long."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that one person is to be told.

    `recipient` and `by` are e-mail addresses; `by` is "" where nobody in particular did it.
    `images` counts those the person was given (assigned, and reassigned from somebody else), those
    they lost (taken_back), or those of the batch (batch_finished).
    """

    kind: Kind
    recipient: str
    project: str
    batch: str
    images: int
    by: str
    at: datetime

    @property
    def key(self) -> str:
        """Made from the thing told: the same thing has the same key. 40 hexadecimal digits."""
        # Whoever sees a batch finished sees it at another time.
        when = "" if self.kind == "batch_finished" else self.at.isoformat()
        facts = (self.kind, self.recipient, self.project, self.batch, self.images, self.by, when)
        return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:40]

    @property
    def is_own_doing(self) -> bool:
        """Whether the person knows, having done it."""
        return self.by == self.recipient and self.kind != "batch_finished"


class Message(msgspec.Struct, frozen=True):
    """What is sent: a title of one line, and plain text."""

    title: str
    body: str


def is_due(events: Sequence[Event], last: datetime | None, now: datetime, every: timedelta) -> bool:
    """Whether a person's waiting events are told now.

    Args:
        events: at least one.
        last: when the person was told something before, None where never.
        now: the time.
        every: a person is told something at most so often; events that keep coming wait so long.
    """
    times = [event.at for event in events]
    is_quiet = now - max(times) >= QUIET or now - min(times) >= max(every, QUIET)
    return is_quiet and (last is None or now - last >= every)


def message_of(events: Iterable[Event], address: str) -> Message | None:
    """One message of one person's events; None where nothing is left to say.

    What was given and taken again in the meantime cancels out. `address` is where their reviews
    are, "" where that is not known.
    """
    batches = _by_batch(events)
    lines = [line for each in batches for line in _lines(each)]
    if not lines:
        return None
    new = sum(max(0, _given(each)) for each in batches)
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    where = f"\n\nYour reviews: {address}" if address else ""
    return Message(
        title=f"{_images(new, 'new ')} to review" if new else f"{lines[0]}{more}",
        body="\n".join(f"- {line}" for line in lines) + where,
    )


def _by_batch(events: Iterable[Event]) -> list[list[Event]]:
    """Events of a batch together, in the order in which batches had their first."""
    found: dict[tuple[str, str], list[Event]] = {}
    for event in sorted(events, key=attrgetter("at", "project", "batch", "kind", "images")):
        found.setdefault((event.project, event.batch), []).append(event)
    return list(found.values())


def _given(events: Iterable[Event]) -> int:
    """Images that a person has more than before; fewer, where it is negative."""
    return sum(_SIGNS.get(event.kind, 0) * event.images for event in events)


def _lines(events: Sequence[Event]) -> Iterator[str]:
    """What is left to say of one batch."""
    title, given = f"{events[0].project} · {events[0].batch}", _given(events)
    moved = [event for event in events if event.kind in _SIGNS]
    changed = [event for event in events if event.kind == "instructions_changed"]
    if given > 0:
        also = ", instructions changed" if changed else ""
        yield f"{_images(given, 'new ')} in {title}{_by('from', moved)}{also}"
    elif given < 0:
        yield f"{_images(-given)} of {title} taken back{_by('by', moved)}"
    if changed and given <= 0:
        yield f"Instructions of {title} changed{_by('by', changed)}"
    for event in events:
        if event.kind == "batch_finished":
            yield f"{title} is finished: {_images(event.images)}"


_SIGNS = {"assigned": 1, "reassigned": 1, "taken_back": -1}


def _images(count: int, new: str = "") -> str:
    return f"{count:,} {new}image{'' if count == 1 else 's'}"


def _by(word: str, events: Iterable[Event]) -> str:
    names = sorted({event.by for event in events if event.by})
    return f" {word} {names[0]}" if len(names) == 1 else ""
