"""The driver against a server that does as it is told: what is counted, and from when."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import repeat

import pytest

from benchmarks.soak import events
from benchmarks.soak.driver import Driver, Target
from benchmarks.soak.events import SIZES, Kind
from benchmarks.soak.messages import Ended, Interval, Load
from benchmarks.soak.pictures import picture
from tests.asynchronous import run as run_apart

KEPT = b'{"outcome":"kept","frame_id":"f"}'
UPLOAD = b'{"outcome":"kept","upload":{"url":"http://127.0.0.1:1/v1/uploads/soak/f?signature=s"}}'
PLAIN = b'{"outcome":"not_sampled"}'

ALBUMS = {size: repeat(picture(size, 1)) for size in SIZES}

Answer = Callable[[str, bytes], tuple[int, bytes] | None]
"""From a request's line and body to status and body; None hangs up."""


@asynccontextmanager
async def server(answer: Answer, wait: float = 0) -> AsyncIterator[int]:
    """A server on loopback that takes `wait` seconds for each answer; its port."""

    tasks = set[asyncio.Task[object] | None]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        while head := await reader.readline():
            length = 0
            while (line := await reader.readline()) != b"\r\n":
                if found := re.match(rb"content-length: (\d+)", line, re.IGNORECASE):
                    length = int(found[1])
            said = answer(head.decode().split(" HTTP")[0], await reader.readexactly(length))
            if said is None:
                break
            await asyncio.sleep(wait)
            status, body = said
            last = b"Connection: close\r\n" if status == 415 else b""
            head = b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n" % (status, last, len(body))
            writer.write(head + body)
            if last:
                break
        writer.close()
        await writer.wait_closed()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        yield running.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, tasks))  # the driver has hung up


def run(
    answer: Answer, load: Load, wait: float = 0, connections: int = 4
) -> tuple[Ended, list[Interval]]:
    reports: list[Interval] = []

    async def drive() -> Ended:
        async with server(answer, wait) as port:
            return await Driver(Target(port, "key", connections), ALBUMS, reports.append).run(load)

    return run_apart(drive()), reports


def test_latency_counts_from_when_an_event_was_due() -> None:
    """Ten at once, one connection, 20 ms each: the last one waits for all the others."""
    load = Load(first=0, rate=1e6, seconds=5, at_most=10)
    ended, (report,) = run(lambda *_: (200, PLAIN), load, wait=0.02, connections=1)
    assert ended.next == report.sent == report.all.number == 10
    assert report.all.percentile(1.0) >= 0.2
    assert report.late >= 9, "all but the first waited"
    assert report.outcomes == {"not_sampled": 10}


def test_a_load_ends_by_count_whatever_its_time() -> None:
    ended, _ = run(lambda *_: (200, PLAIN), Load(5, 0, 60, at_most=200))
    assert ended.next == 205
    assert not ended.unanswered
    assert ended.surprises == []


def test_an_event_comes_again_when_the_connection_breaks() -> None:
    broken = iter([None])
    ended, (report,) = run(lambda *_: next(broken, (200, PLAIN)), Load(0, 0, 60, at_most=8))
    assert (ended.lost, ended.unanswered) == (1, [])
    assert report.all.number == 8


def test_a_connection_that_the_server_closes_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only(monkeypatch, Kind.BROKEN)
    ended, (report,) = run(lambda *_: (415, b"{}"), Load(0, 0, 60, at_most=20), connections=2)
    assert (ended.lost, report.all.number) == (0, 20)


def only(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    drawn = events.Drawn(kind, SIZES[0])
    monkeypatch.setattr(events, "drawn", lambda _: drawn)


def test_an_image_that_comes_later_counts_once_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Kind.LATER)
    seen = Counter[str]()

    def answer(line: str, body: bytes) -> tuple[int, bytes]:
        seen[line] += 1
        return (202, UPLOAD) if line.startswith("POST") else (202, KEPT)

    ended, (report,) = run(answer, Load(0, 0, 60, at_most=3))
    assert seen == {
        "POST /v1/projects/soak/events": 3, "PUT /v1/uploads/soak/f?signature=s": 3,
    }  # fmt: skip
    assert ended.kept == [0, 1, 2]
    assert report.stored.number == 3


def test_what_was_kept_comes_again_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = Counter[bytes]()

    def answer(_: str, body: bytes) -> tuple[int, bytes]:
        bodies[body] += 1
        return 202, KEPT

    async def drive() -> Ended:
        async with server(answer) as port:
            driver = Driver(Target(port, "key"), ALBUMS, lambda _: None)
            only(monkeypatch, Kind.UNSURE)
            await driver.run(Load(0, 0, 60, at_most=2))
            only(monkeypatch, Kind.AGAIN)
            return await driver.run(Load(2, 0, 60, at_most=2))

    ended = run_apart(drive())
    assert ended.kept == [0, 1]
    assert sorted(bodies.values()) == [2, 2]


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        (Kind.PLAIN, (202, KEPT), "plain event 0: kept"),
        (Kind.BROKEN, (202, KEPT), "broken event 0: kept"),
        (Kind.UNSURE, (422, b"{}"), "unsure event 0: 422 b'{}'"),
    ],
)
def test_an_answer_that_no_such_event_should_get_is_told(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, answer: tuple[int, bytes], said: str
) -> None:
    only(monkeypatch, kind)
    ended, _ = run(lambda *_: answer, Load(0, 0, 60, at_most=1))
    assert ended.surprises == [said]


def test_a_malformed_event_may_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, Kind.BROKEN)
    ended, (report,) = run(lambda *_: (422, b"{}"), Load(0, 0, 60, at_most=6))
    assert (ended.surprises, ended.kept) == ([], [])
    assert report.statuses == {"4xx": 6}
