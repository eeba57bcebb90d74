"""Bodies: bounded in size, in time and in memory, whatever a client claims."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Iterable

import pytest

from tests.asynchronous import run
from webhook_server.intake import bodies
from webhook_server.intake.bodies import Body, Bounds, Room
from webhook_server.intake.lines import Lines
from webhook_server.intake.patience import Patience
from webhook_server.intake.rates import RateLimit
from webhook_server.replies import RefusedError

LIMIT = 1_000_000


class Chunks:
    """What comes in; `hang` never ends."""

    def __init__(self, pieces: Iterable[bytes], *, hang: bool = False) -> None:
        self.pieces, self.hang = pieces, hang

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.hang:
            await asyncio.Event().wait()


def bounds(room: int = 10 * LIMIT, monotonic: Callable[[], float] = lambda: 0.0) -> Bounds:
    return Bounds(Room(room), Patience(monotonic))


def read(
    pieces: Iterable[bytes], *, length: int | None = None, encoding: str = "", room: int = 10**8
) -> bytes:
    announced = None if length is None else str(length)
    body = Body(Chunks(pieces), announced, encoding, bounds(room))
    with body:
        return run(body.read(LIMIT))


def refusal(pieces: Iterable[bytes], **options: int | str) -> int:
    with pytest.raises(RefusedError) as refused:
        read(pieces, **options)  # type: ignore[arg-type]
    return refused.value.status


@pytest.mark.parametrize("length", [None, 6])
@pytest.mark.parametrize("pieces", [[b"abcdef"], [b"ab", b"cd", b"ef"]])
def test_a_body_is_what_came(pieces: list[bytes], length: int | None) -> None:
    assert read(pieces, length=length) == b"abcdef"


def test_what_is_too_large_is_refused_unread_or_as_soon_as_it_is() -> None:
    assert refusal([], length=LIMIT + 1) == 413
    endless = (b"x" * 1000 for _ in iter(int, 1))
    assert refusal(endless) == 413


def test_a_body_that_is_shorter_than_announced_is_refused() -> None:
    assert refusal([b"abc"], length=5) == 400
    assert refusal([b"x" * 2_000_000], length=2_000_001) == 413
    assert refusal([b"a" * 100], length=LIMIT) == 400


@pytest.mark.parametrize("members", [1, 3])
def test_gzip_is_unpacked(members: int) -> None:
    packed = b"".join(gzip.compress(b"abc" * 100_000) for _ in range(members))
    cut = [packed[at : at + 97] for at in range(0, len(packed), 97)]
    assert read(cut, encoding="gzip") == b"abc" * 100_000 * members


@pytest.mark.parametrize(
    ("packed", "status"),
    [
        pytest.param(gzip.compress(b"\0" * 50_000_000), 413, id="a bomb"),
        pytest.param(gzip.compress(b"abc" * 9)[:-9], 400, id="cut short"),
        pytest.param(zlib.compress(b"abc"), 400, id="zlib"),
        pytest.param(b"nonsense", 400, id="nonsense"),
    ],
)
def test_bad_gzip_is_refused(packed: bytes, status: int) -> None:
    assert refusal([packed], encoding="gzip") == status
    assert refusal([packed[:7], packed[7:]], encoding="gzip") == status


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    assert refusal([b"abc"], encoding=encoding) == 415


def test_all_bodies_share_one_room_and_give_it_back() -> None:
    shared = bounds(room=600_000)
    first, second = (Body(Chunks([b"x" * 400_000]), None, "", shared) for _ in range(2))
    with first:
        run(first.read(LIMIT))
        with second, pytest.raises(RefusedError) as refused:
            run(second.read(LIMIT))
        assert (refused.value.status, refused.value.header) == (503, ("retry-after", "1"))
    third = Body(Chunks([b"x" * 400_000]), "400000", "", shared)
    with third:
        assert len(run(third.read(LIMIT))) == 400_000


def hanging(monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], length: str | None) -> Body:
    """A body that stops coming, in a process whose clock runs fast."""
    monkeypatch.setattr("webhook_server.intake.patience.LOOK_EVERY", 0.01)
    now = iter(range(0, 10**9, 40))
    return Body(Chunks(pieces, hang=True), length, "", bounds(monotonic=lambda: next(now)))


@pytest.mark.parametrize("length", [None, "100", "900000"])
def test_a_client_that_stops_sending_is_given_up(
    monkeypatch: pytest.MonkeyPatch, length: str | None
) -> None:
    with pytest.raises(RefusedError) as refused:
        run(hanging(monkeypatch, [b"abc"], length).read(LIMIT))
    assert refused.value.status == 408


def test_a_stream_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    body, came = hanging(monkeypatch, [b"abc", b"def"], None), list[bytes]()

    async def stream() -> None:
        came.extend([piece async for piece in body.stream()])

    with pytest.raises(RefusedError) as refused:
        run(stream())
    assert (came, refused.value.status) == ([], 408)


def test_draining_ends_when_it_takes_too_long_or_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "DRAIN_AT_MOST", 10_000)
    endless = (b"x" * 1000 for _ in iter(int, 1))
    run(bodies.drain(aiter(Chunks(endless)), bounds()))
    monkeypatch.setattr("webhook_server.intake.patience.LOOK_EVERY", 0.01)
    now = iter(range(0, 10**9, 40))
    fast = bounds(monotonic=lambda: next(now))
    run(bodies.drain(aiter(Chunks([b"a"], hang=True)), fast))


def test_being_cancelled_by_somebody_else_is_no_timeout() -> None:
    async def cancelled() -> None:
        waiting = Patience().wait(asyncio.Event().wait(), 60, "")
        task = asyncio.ensure_future(waiting)
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        run(cancelled())


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_lines_come_whole_whatever_the_pieces(size: int) -> None:
    text = b"one\n\ntwo\nthree is too long\nlast"
    lines = Lines(at_most=5)
    found: list[bytes | None] = []
    for at in range(0, len(text), size):
        found += lines.feed(text[at : at + size])
        assert lines.held <= 5
    assert [*found, *lines.finish()] == [b"one", b"", b"two", None, b"last"]


def test_a_deployment_may_post_so_many_events_a_second() -> None:
    now = [0.0]
    rates = RateLimit(10, lambda: now[0])
    for _ in range(20):
        rates.take("a")
    with pytest.raises(RefusedError) as refused:
        rates.take("a")
    assert (refused.value.status, refused.value.header) == (429, ("retry-after", "1"))
    rates.take("b")
    now[0] += 0.1
    rates.take("a")


def test_a_group_waits_for_what_it_overdrew() -> None:
    now = [0.0]
    rates = RateLimit(10, lambda: now[0])
    assert rates.overdrawn("a", 50) == 0
    assert rates.overdrawn("a", 1) == pytest.approx(3.1)
    now[0] += 3.2
    assert rates.overdrawn("a", 1) == 0


def test_without_a_limit_nobody_waits() -> None:
    rates = RateLimit(0)
    assert [rates.overdrawn("a", 10**9) for _ in range(3)] == [0, 0, 0]
