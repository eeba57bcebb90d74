"""What is small on the wire and large here costs its sender's turn and nobody else's."""

import asyncio
import gzip
import subprocess
import sys

import pytest

from plugin.redaction import clean
from tests.asynchronous import run
from tests.server.rsgi import Client, _Exchange, _Scope
from webhook_server.intake.streams import LINES_AT_ONCE

PATH = "/v1/projects/parts/events"
LINES = 20_000


@pytest.mark.parametrize("line", [b"\n", b"{}\n"], ids=["empty", "bad"])
def test_a_packed_stream_of_lines_lets_others_have_their_turns(
    client: Client, key: str, line: bytes
) -> None:
    """A megabyte of them stops the server for seconds otherwise, and is a kilobyte as gzip."""
    headers = {
        "host": "localhost", "authorization": f"Bearer {key}", "content-encoding": "gzip",
        "content-type": "application/x-ndjson",
    }  # fmt: skip
    scope = _Scope("POST", PATH, "", headers)
    exchange = _Exchange([gzip.compress(line * LINES)])
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def both() -> None:
        waiting = asyncio.create_task(others())
        await client.front.__rsgi__(scope, exchange)  # type: ignore[arg-type]
        waiting.cancel()

    run(both())
    assert exchange.status == 200
    assert turns >= LINES // LINES_AT_ONCE


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"prediction":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="lists"),
        pytest.param(
            b'{"metadata":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", id="maps"
        ),
        pytest.param(b'{"prediction":' + b"9" * 100_000 + b"}", id="a number"),
        pytest.param(b"[" * 1_000_000, id="without an end"),
    ],
)
def test_what_is_nested_without_end_is_refused(client: Client, key: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.post(PATH, data=body, headers=headers, content_type="application/json")
    assert answer.status_code == 422
    assert len(answer.data) < 2_000


BEGINNINGS = (
    "-eyJ", "://a:", "bearer ", "b'", "authorization ", "signature=", "lsal_0123456789abcdef_",
)  # fmt: skip


def test_no_text_takes_for_ever_to_be_cleaned() -> None:
    """A pattern that looks back and forth takes minutes for a text that is full of beginnings."""
    code = (
        "from plugin.redaction import clean\n"
        f"for text in {BEGINNINGS!r}: clean(text * (200_000 // len(text)), 100)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_token_with_a_long_head_is_cleaned() -> None:
    token = f"eyJ{'a' * 300}.{'b' * 900}.c"
    assert clean(f"token={token}", 5_000) == "token=[redacted]"
