"""The background thread: rules in, kept events and counts out."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import inf
from threading import Condition, Thread

import msgspec

from plugin.domain.errors import InvalidInputError
from plugin.edge.api import Api
from plugin.edge.backoff import Backoff
from plugin.edge.books import Books
from plugin.edge.counts import Report
from plugin.edge.errors import ClosedDoorError, RejectedError, ServerAwayError
from plugin.edge.keeping import Keeper, Sender
from plugin.edge.offers import Backlog, Offer
from plugin.edge.rules import Rules, RuleSet


@dataclass(frozen=True, slots=True)
class Parts:
    """What the thread works with; `decide` is for offers that waited for the rules."""

    rules: Rules
    undecided: Backlog
    kept: Backlog
    keeper: Keeper
    sender: Sender
    api: Api
    books: Books
    decide: Callable[[Offer, RuleSet], None]


@dataclass(slots=True)
class _Channel:
    """One kind of request. Each has waits of its own: rules may be had where events are not."""

    backoff: Backoff
    due: float = field(default=0.0)

    @property
    def next_try(self) -> float:
        return max(self.due, self.backoff.until)


class Worker:
    """Runs until it is stopped; whatever fails is told and tried again."""

    def __init__(self, parts: Parts, new_backoff: Callable[[], Backoff]) -> None:
        self._parts = parts
        self._rules, self._events, self._counts = (_Channel(new_backoff()) for _ in range(3))
        self._condition = Condition()
        self._has_news = self._is_busy = self._is_stopped = self._hurries = False
        self._flushes = 0
        self._thread = Thread(target=self._run, name="lsal-client", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to do."""
        with self._condition:
            self._has_news = True
            self._condition.notify_all()

    def flush(self, timeout: float) -> bool:
        """Send everything now; whether all of it was sent in time (seconds)."""
        with self._condition:
            self._flushes += 1
            self._has_news = self._hurries = True
            self._condition.notify_all()
            try:
                return self._condition.wait_for(self._is_flushed, timeout) and self._is_idle()
            finally:
                self._flushes -= 1

    def stop(self, timeout: float) -> bool:
        """Let the thread put away what it has, and end; whether it did in time (seconds)."""
        with self._condition:
            self._is_stopped = True
            self._condition.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _is_flushed(self) -> bool:
        return self._is_idle() or not self._thread.is_alive()

    def _is_idle(self) -> bool:
        parts = self._parts
        is_empty = not (len(parts.undecided) or len(parts.kept) or len(parts.sender.spool))
        return is_empty and not self._is_busy and parts.books.counts.is_empty

    def _run(self) -> None:
        while self._begin():
            self._guarded(self._step)
            self._end()
        self._guarded(self._put_away)
        self._end()

    def _guarded(self, work: Callable[[], None]) -> None:
        troubles = self._parts.books.troubles
        try:
            work()
        except Exception as error:  # noqa: BLE001  the last resort: this thread must not end
            troubles.note("failure", f"{type(error).__name__}: {error}")
            for channel in (self._rules, self._events, self._counts):
                channel.backoff.failed(time.monotonic())
        troubles.tell(time.monotonic())

    def _begin(self) -> bool:
        """Wait until there is something to do; False when it is to stop."""
        with self._condition:
            if not (self._has_news or self._is_stopped):
                self._condition.wait(min(max(0.0, self._next_due() - time.monotonic()), 3600))
            if self._hurries:
                for channel in (self._rules, self._events, self._counts):
                    channel.backoff.hurry()
            self._has_news = self._hurries = False
            self._is_busy = not self._is_stopped
            return self._is_busy

    def _end(self) -> None:
        with self._condition:
            self._is_busy = False
            self._condition.notify_all()

    def _next_due(self) -> float:
        """When something is to be done, if nobody wakes us before (seconds, monotonic)."""
        events = self._events.next_try if len(self._parts.sender.spool) else inf
        flushes = self._flushes and not self._parts.books.counts.is_empty
        counts = self._counts.backoff.until if flushes else self._counts.next_try
        return min(self._rules.next_try, events, counts)

    def _step(self) -> None:
        self._look_after_the_rest()
        while not self._is_stopped and (entry := self._parts.sender.spool.next()):
            if not self._attempt(self._events, partial(self._parts.sender.send, entry)):
                break
            self._look_after_the_rest()

    def _look_after_the_rest(self) -> None:
        """Whatever must not wait until a long spool is sent."""
        self._ask_for_rules()
        self._decide_and_keep()
        self._parts.keeper.trim()
        self._report()

    def _put_away(self) -> None:
        """What is in memory goes to disk; what cannot be decided is lost, and counted."""
        self._decide_and_keep()
        lost = 0
        while self._parts.undecided.take():
            lost += 1
        self._parts.books.dropped(lost, "closed before the rules were known")
        self._parts.books.counts.save()

    def _attempt(self, channel: _Channel, work: Callable[[], object]) -> bool:
        """Do something with the server, unless it is to be left alone; whether it was done."""
        if time.monotonic() < channel.backoff.until:
            return False
        troubles = self._parts.books.troubles
        try:
            work()
        except ServerAwayError as error:
            troubles.note("offline", str(error))
            channel.backoff.failed(time.monotonic(), error.retry_after)
            return False
        except ClosedDoorError as error:
            troubles.note("closed", f"check the key and the address: {error}")
            channel.backoff.failed(time.monotonic())
            return False
        channel.backoff.succeeded()
        return True

    def _ask_for_rules(self) -> None:
        channel = self._rules
        if time.monotonic() >= channel.due and self._attempt(channel, self._refresh):
            channel.due = time.monotonic() + self._parts.books.options.refresh

    def _refresh(self) -> None:
        rules = self._parts.rules
        try:
            found = self._parts.api.rules(rules.etag)
            if found:
                rules.take(*found)
        except (InvalidInputError, RejectedError, OSError) as error:
            self._parts.books.troubles.note("rules", str(error))

    def _decide_and_keep(self) -> None:
        rules = self._parts.rules.current
        if rules is None:
            return
        while offer := self._parts.undecided.take():
            self._parts.decide(offer, rules)
        while offer := self._parts.kept.take():
            self._parts.keeper.keep(offer, rules)

    def _report(self) -> None:
        channel, counts = self._counts, self._parts.books.counts
        if not self._flushes and time.monotonic() < channel.due:
            return
        channel.due = time.monotonic() + self._parts.books.options.report_every
        if counts.is_empty:
            return
        for report in counts.to_send():
            if not self._attempt(channel, partial(self._post_counts, report)):
                break
        counts.save()

    def _post_counts(self, report: Report) -> None:
        try:
            self._parts.api.post_counts(msgspec.json.encode(report))
        except RejectedError as error:
            self._parts.books.troubles.note("counts", f"not taken, and forgotten: {error}")
        self._parts.books.counts.taken(report)
