"""Answers that are made while they are sent."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from tests.asynchronous import run
from webhook_server.piecewise import AT_ONCE, Pieces


class Gone:
    """A client that hangs up after so many pieces."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.sent: list[bytes] = []

    def response_stream(self, *_: object) -> "Gone":
        return self

    async def send_bytes(self, data: bytes) -> None:
        if not self.left:
            raise ProtocolClosed
        self.left -= 1
        self.sent.append(data)


def numbers(closed: list[int]) -> Iterator[bytes]:
    made = 0
    try:
        while made < 100:
            made += 1
            yield b"%d" % made
    finally:
        closed.append(made)


def test_nothing_is_made_for_a_client_that_is_gone() -> None:
    closed: list[int] = []
    exchange: Any = Gone(after=3)
    body = numbers(closed)  # held on to, or the garbage collector would close it for us
    run(Pieces(200, [], body).send(exchange))
    assert exchange.sent == [b"1", b"2", b"3"]
    assert closed == [4]


def test_a_large_piece_is_sent_bit_by_bit() -> None:
    exchange: Any = Gone(after=1000)
    piece = bytes(range(256)) * 10_000
    run(Pieces(200, [], [piece, b"end"]).send(exchange))
    assert b"".join(exchange.sent) == piece + b"end"
    assert max(map(len, exchange.sent)) == AT_ONCE


def test_an_answer_that_fails_half_way_is_logged_and_let_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    closed: list[int] = []

    def failing() -> Iterator[bytes]:
        yield from numbers(closed)
        raise OSError("the disk is away")

    exchange: Any = Gone(after=1000)
    with caplog.at_level(logging.ERROR):
        run(Pieces(200, [], failing()).send(exchange))
    assert len(exchange.sent) == 100
    assert closed == [100]
    assert "the disk is away" in caplog.text
