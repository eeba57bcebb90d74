"""The process that tries inputs: all targets in turn, a slice of time each, until it is told."""

import time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.board import NOBODY, Board
from tests.fuzz.target import Target
from tests.fuzz.targets import all_targets
from tests.fuzz.trying import Failure, minimised, tried

SLICE = 0.25
"""Seconds that a target has before it is another's turn."""


def work(board: Board, wanted: tuple[float, int], found: Path, only: str) -> None:
    """Try inputs; what fails is written to a folder, each cause of a target once.

    Args:
        board: where it goes on from, and shows how far it is.
        wanted: `time.monotonic()` at which to end, and the number of inputs to have tried by then.
        found: folder of the failures.
        only: words of the targets' names.
    """
    ends, number = wanted
    with TemporaryDirectory(prefix="lsal-fuzz-files-") as folder:
        targets = list(enumerate(all_targets(Path(folder))))
        targets = [(at, target) for at, target in targets if only in target.name]
        while time.monotonic() < ends or board.total < number:
            for at, target in targets:
                _have_a_turn(board, at, target, found)
    board.current[0] = NOBODY


def _have_a_turn(board: Board, at: int, target: Target, found: Path) -> None:
    begun = time.perf_counter()
    while (now := time.perf_counter()) - begun < SLICE:
        number = board.next[at]
        board.current[1], board.current[0] = number, at
        board.next[at] = number + 1
        verdict = tried(target, target.input(number))
        board.slowest[at] = max(board.slowest[at], time.perf_counter() - now)
        if isinstance(verdict, Failure):
            note(found, target, verdict)
        else:
            counts = board.accepted if verdict == "accepted" else board.refused
            counts[at] += 1
    board.seconds[at] += time.perf_counter() - begun


def note(found: Path, target: Target, failure: Failure) -> None:
    """Write an input that failed, as small as it gets, unless its cause is known."""
    if not _place(found, failure, target.slug).exists():
        keep(found, minimised(target, failure), target.slug)


def keep(found: Path, failure: Failure, slug: str) -> None:
    """Write an input that failed, and what it failed with beside it."""
    place = _place(found, failure, slug)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_suffix(".txt").write_text(f"{failure.target}: {failure.where}\n\n{failure.said}")
    place.write_bytes(failure.data)


def _place(found: Path, failure: Failure, slug: str) -> Path:
    return found / slug / f"{sha256(failure.where.encode()).hexdigest()[:12]}.input"
