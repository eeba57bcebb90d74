"""Drives the load: open loop, by the clock, whatever the answers do.

Events are due at the times of a Poisson process. Each waits for a free connection, and its latency
counts from when it was due, not from when it was sent: a server that hangs makes those late that
were due meanwhile, and all of them are counted ("coordinated omission",
https://github.com/giltene/wrk2#acknowledgements).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import msgspec

from benchmarks.soak import events
from benchmarks.soak.events import Kind
from benchmarks.soak.messages import INTERVAL, Ended, Interval, Load
from benchmarks.soak.pictures import Albums, picture
from benchmarks.soak.wire import HOST, NO_ANSWER, Connection, Request

CONNECTIONS = 48
LATE = 0.01
"""Seconds."""

TICK = 0.001
"""Seconds between two looks at the clock."""

PATIENCE = 30.0
"""Seconds to wait for the last answers."""

RECENT = 200
"""Events that were kept, of which some come again."""

SURPRISES = 20
"""So many are told word for word."""


class _Upload(msgspec.Struct):
    url: str


class _Answer(msgspec.Struct):
    outcome: str
    upload: _Upload | None = None


class _Due(NamedTuple):
    """A request, when it was due (loop time), and the event that it is about."""

    at: float
    number: int
    kind: Kind
    request: Request


class Target(NamedTuple):
    """Our server's port on loopback, a deployment's key, and the connections to it."""

    port: int
    key: str
    connections: int = CONNECTIONS


_answer = msgspec.json.Decoder(_Answer)


class Driver:
    """Sends events to our server, and keeps what was answered."""

    def __init__(self, target: Target, albums: Albums, report: Callable[[Interval], None]) -> None:
        self._target, self._albums, self._report = target, albums, report
        self._path = f"/v1/projects/{events.PROJECT}/events"
        self._still = picture(events.SIZES[0], 0)
        self._due: deque[_Due] = deque()
        self._on_their_way: dict[int, _Due] = {}
        self._idle: list[Connection] = []
        self._open = 0
        self._recent: deque[tuple[int, Request]] = deque(maxlen=RECENT)
        self._kept: set[int] = set()
        self._unanswered: list[int] = []
        self._surprises: list[str] = []
        self._lost = 0
        self._now = Interval()

    async def run(self, load: Load) -> Ended:
        """Send a load, and wait for its answers."""
        loop = asyncio.get_running_loop()
        begun, number = loop.time(), load.first
        gaps, due_at = Random(load.first), begun
        last = load.first + load.at_most
        self._now, reported = Interval(), begun
        while (now := loop.time()) < begun + load.seconds and number < last:
            if load.rate:
                while due_at <= now and number < last:
                    self._add(number, due_at)
                    number, due_at = number + 1, due_at + gaps.expovariate(load.rate)
            else:
                for _ in range(min(self._target.connections - self._waiting, last - number)):
                    self._add(number, now)
                    number += 1
            await self._dispatch()
            if now - reported >= INTERVAL:
                self._end_interval(now - begun, now - reported)
                reported = now
            await asyncio.sleep(TICK)
        seconds = loop.time() - begun
        await self._finish(loop.time() + PATIENCE)
        self._end_interval(loop.time() - begun, loop.time() - reported)
        return Ended(
            number, seconds, sorted(self._kept), self._unanswered, self._surprises, self._lost
        )

    @property
    def _waiting(self) -> int:
        return len(self._due) + len(self._on_their_way)

    async def _finish(self, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and loop.time() < deadline:
            await self._dispatch()
            await asyncio.sleep(TICK)
        self._unanswered += [each.number for each in (*self._due, *self._on_their_way.values())]
        self._due.clear()
        self._on_their_way.clear()
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def _end_interval(self, until: float, seconds: float) -> None:
        now, self._now = self._now, Interval()
        now.until, now.seconds = until, seconds
        now.kept, now.waiting = len(self._kept), self._waiting
        self._report(now)

    # ---- out ----

    def _add(self, number: int, at: float) -> None:
        kind = events.drawn(number).kind
        if kind is Kind.AGAIN and self._recent:
            number, request = self._recent[number % len(self._recent)]
        else:
            request = self._request(number, kind)
        self._due.append(_Due(at, number, kind, request))

    def _request(self, number: int, kind: Kind) -> Request:
        if kind in events.HAS_PICTURE:
            size = events.drawn(number).size
            # Those that are alike show the same, again and again.
            image = self._still if kind is Kind.ALIKE else next(self._albums[size])
            return Request(self._path, *events.form(number, image), key=self._target.key)
        if kind is Kind.BROKEN:
            body, content_type, has_key = events.broken(number)
            return Request(
                self._path, body, content_type, key=self._target.key if has_key else "no key"
            )
        body = events.plain(number)
        if kind is Kind.LATER:
            body = events.posted(number, events.prediction(number))
        return Request(self._path, body, "application/json", key=self._target.key)

    async def _dispatch(self) -> None:
        loop = asyncio.get_running_loop()
        while self._due:
            if not self._idle:
                if self._open >= self._target.connections:
                    return
                _, opened = await loop.create_connection(
                    lambda: Connection(self._forget), HOST, self._target.port
                )
                self._open += 1
                self._idle.append(opened)
            self._send(self._idle.pop(), self._due.popleft(), loop)

    def _send(self, connection: Connection, due: _Due, loop: asyncio.AbstractEventLoop) -> None:
        self._now.sent += 1
        self._now.late += loop.time() - due.at > LATE
        self._on_their_way[id(connection)] = due

        def told(status: int, body: bytes) -> None:
            del self._on_their_way[id(connection)]
            if status == NO_ANSWER:
                self._lost += 1
                self._due.appendleft(due)  # as a client would
                return
            if connection.is_open:
                self._idle.append(connection)
            self._take(due, status, body, loop.time())

        connection.send(due.request.encoded(), told)

    def _forget(self, connection: Connection) -> None:
        self._open -= 1
        if connection in self._idle:
            self._idle.remove(connection)

    # ---- back ----

    def _take(self, due: _Due, status: int, body: bytes, now: float) -> None:
        self._now.all.add(now - due.at)
        _count(self._now.statuses, f"{status // 100}xx" if status < 500 else str(status))
        if status >= 500:
            return
        if status >= 300:
            if due.kind is not Kind.BROKEN:
                self._be_surprised(due, f"{status} {body[:300]!r}")
            return
        answer = _answer.decode(body)
        _count(self._now.outcomes, answer.outcome)
        if answer.outcome != "kept":
            if due.number in self._kept:
                self._be_surprised(due, f"kept before, now {answer.outcome}")
            return
        if answer.upload is not None:
            path = "/" + answer.upload.url.split("/", 3)[3]
            image = next(self._albums[events.drawn(due.number).size])
            upload = Request(path, image, "image/jpeg", method="PUT")
            self._due.append(_Due(now, due.number, due.kind, upload))
            return
        self._now.stored.add(now - due.at)
        if due.kind in {Kind.PLAIN, Kind.BROKEN}:
            self._be_surprised(due, "kept")
        if due.number not in self._kept and due.kind is Kind.UNSURE:
            self._recent.append((due.number, due.request))
        self._kept.add(due.number)

    def _be_surprised(self, due: _Due, told: str) -> None:
        if len(self._surprises) < SURPRISES:
            self._surprises.append(f"{due.kind} event {due.number}: {told}")


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1
