"""What goes between the process that drives the load and the one that watches."""

import msgspec

from benchmarks.soak.histogram import Histogram

INTERVAL = 5.0
"""Seconds that one report is about."""


class Load(msgspec.Struct, frozen=True):
    """What is to be sent: events from a number on, at a mean rate, for so many seconds.

    `rate` is in events/s, and 0 stands for as many as are answered; `at_most` events in any case.
    """

    first: int
    rate: float
    seconds: float
    at_most: int


class Interval(msgspec.Struct):
    """What was sent and answered in some seconds; times are in seconds.

    `until` is since the load began. `late` were sent more than LATE after they were due; `waiting`
    are due and not answered at its end. `all` has every answer, `stored` those after which a frame
    is on the disk. `kept` counts frames since the process began.
    """

    until: float = 0.0
    seconds: float = 0.0
    sent: int = 0
    late: int = 0
    waiting: int = 0
    kept: int = 0
    statuses: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    all: Histogram = msgspec.field(default_factory=Histogram)
    stored: Histogram = msgspec.field(default_factory=Histogram)


class Ended(msgspec.Struct):
    """A load is over; `next` is the number of the first event that was not sent.

    Everything else is since the process began: `kept` are the numbers of the events that were
    answered with 2xx as kept, their image on the disk; `unanswered` those nobody answered,
    `surprises` answers that no such event should get. `lost` counts connections that broke while an
    answer was awaited; the event came again.
    """

    next: int
    seconds: float
    kept: list[int]
    unanswered: list[int]
    surprises: list[str]
    lost: int
