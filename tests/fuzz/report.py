"""The part of docs/faults.md that says what was tried, and what came of it."""

import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import psutil

from tests.fuzz.requests.running import Asked
from tests.fuzz.target import Target
from tests.fuzz.watching import HANG, Memory, Watched

_PARSED = (
    "parser",
    "inputs",
    "inputs/s",
    "accepted",
    "refused",
    "slowest (ms)",
    "failures",
    "seconds",
)
_SENT = (
    "requests",
    "sent",
    "2xx",
    "3xx",
    "4xx",
    "503",
    "other 5xx",
    "closed",
    "slowest (ms)",
    "failures",
)

_TEXT = """\
# What strange input does

Written by `make fuzz` on {day}: Python {python}, one of {cores} cores, {seconds:.0f} s in all.
The inputs are good samples gone wrong: bytes, numbers and pieces of them changed, JSON also as a
tree, images also chunk by chunk. The number of an input makes it, so every run begins with the
same ones.

**Parsers:** {inputs:,} inputs. An input fails when anything but a documented error comes out, when
it takes {hang:g} seconds, when its process dies, or when what was read breaks a promise: that it
can be stored and read again, that an image that is kept is a whole one, that an address leads
nowhere else. Memory of the process: {parsing}.

{parsed}
**Requests:** {requests:,}, sent to `lsal serve` with a real {redis} and no Label Studio. A request
fails with a 5xx, after 10 seconds, or when a connection is closed that should not be. 503 is right
where Label Studio would have been asked: signing in, changes of a batch, `/readyz`. *Closed* is
how a server answers what is no HTTP.
Memory of the server and its workers: {serving}.

{sent}
{verdict}
"""


def report(
    targets: Sequence[Target],
    watched: Watched,
    asked: Asked,
    found: Path,
    said: tuple[str, datetime],
) -> str:
    """The part of the page; `said` are the name of the Redis and the day."""
    failures = failures_in(found)
    return _TEXT.format(
        day=said[1].date().isoformat(),
        python=platform.python_version(),
        cores=psutil.cpu_count(),
        seconds=watched.seconds + asked.seconds,
        inputs=watched.board.total,
        hang=HANG,
        parsing=_memory(watched.memory),
        parsed=_table(_PARSED, _parsed(targets, watched, failures)),
        requests=asked.total,
        redis=said[0],
        serving=_memory(asked.memory),
        sent=_table(_SENT, _sent(asked)),
        verdict=verdict(watched, asked, failures),
    )


def failures_in(found: Path) -> Counter[str]:
    """Inputs that failed, one for each cause, by the folder of the target."""
    return Counter(path.parent.name for path in found.rglob("*.input"))


def verdict(watched: Watched, asked: Asked, failures: Counter[str]) -> str:
    """What it all comes to."""
    wrong = [f"{number} causes of failures in {name}" for name, number in failures.items()]
    wrong += ["the parsers' process grew"] if watched.memory.has_grown else []
    wrong += ["the server grew"] if asked.memory.has_grown else []
    said = "No failure: no error that is not documented, no 5xx, no hang, no growth."
    return f"**Wrong:** {'; '.join(wrong)}." if wrong else said


def is_right(watched: Watched, asked: Asked, failures: Counter[str]) -> bool:
    """Whether nothing failed and nothing grew."""
    return not (failures or watched.memory.has_grown or asked.memory.has_grown)


def _memory(memory: Memory) -> str:
    quarter, end = memory.at_quarter / 1e6, memory.at_end / 1e6
    return f"{quarter:.0f} MB after a quarter of the time, {end:.0f} MB at the end"


def _parsed(
    targets: Sequence[Target], watched: Watched, failures: Counter[str]
) -> Iterable[tuple[str, ...]]:
    board = watched.board
    for at, target in enumerate(targets):
        if seconds := board.seconds[at]:
            yield (
                target.name, f"{board.next[at]:,}", f"{board.next[at] / seconds:,.0f}",
                f"{board.accepted[at]:,}", f"{board.refused[at]:,}",
                f"{1000 * board.slowest[at]:.0f}", str(failures[target.slug]), f"{seconds:.0f}",
            )  # fmt: skip


def _sent(asked: Asked) -> Iterable[tuple[str, ...]]:
    for name, group in sorted(asked.groups.items()):
        answers = group.answers
        counts = [answers[each] for each in ("2xx", "3xx", "4xx", "503", "5xx", "closed")]
        yield (
            name, f"{answers.total():,}", *(f"{each:,}" for each in counts),
            f"{1000 * group.slowest:.0f}", str(group.failures),
        )  # fmt: skip


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    marks = ["---", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows)) + "\n"
