"""Parsers under fuzzing, watched from outside: what hangs is ended, what dies is begun again."""

import logging
import multiprocessing
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess
from pathlib import Path

import psutil

from tests.fuzz.board import NOBODY, Board
from tests.fuzz.target import Target
from tests.fuzz.trying import Failure
from tests.fuzz.working import keep, work

HANG = 10.0
"""Seconds after which an input hangs."""

log = logging.getLogger(__name__)


@dataclass
class Memory:
    """Resident bytes of a process, as they were each second since it began."""

    seen: list[tuple[float, int]] = field(default_factory=list)

    def note(self, seconds: float, process: psutil.Process) -> None:
        """Note what a process and its children have now."""
        everybody = [process, *process.children(recursive=True)]
        self.seen.append((seconds, sum(each.memory_info().rss for each in everybody)))

    @property
    def at_quarter(self) -> int:
        """When a quarter of the time was over."""
        quarter = self.seen[-1][0] / 4 if self.seen else 0
        return next((size for seconds, size in self.seen if seconds >= quarter), 0)

    @property
    def at_end(self) -> int:
        """The last."""
        return self.seen[-1][1] if self.seen else 0

    @property
    def has_grown(self) -> bool:
        """Whether it has more than a tenth and 32 MB more than at a quarter."""
        return self.at_end > self.at_quarter * 1.1 + 32_000_000


@dataclass(frozen=True)
class Watched:
    """What came of it."""

    board: Board
    memory: Memory
    seconds: float


def watch(
    targets: Sequence[Target], seconds: float, inputs: int, found: Path, only: str = ""
) -> Watched:
    """Fuzz for a time and until so many inputs were tried; failures lie in `found`."""
    board, memory, begun = Board(len(targets)), Memory(), time.monotonic()
    wanted = (begun + seconds, inputs)
    process = _begin(board, wanted, found, only)
    seen, since = board.where(), time.monotonic()
    while process.is_alive():
        process.join(timeout=1)
        now = time.monotonic()
        if board.where() != seen:
            seen, since = board.where(), now
        if now - since > HANG and seen[0] != NOBODY:
            process.kill()
            process.join()
        if process.is_alive():
            _note(memory, now - begun, process)
        elif process.exitcode:
            at, number = board.where()
            if at == NOBODY:
                raise RuntimeError(f"the fuzzing process ended with {process.exitcode}")
            _note_end(targets[at], number, process.exitcode, found)
            process = _begin(board, wanted, found, only)
            seen, since = board.where(), time.monotonic()
    return Watched(board, memory, time.monotonic() - begun)


def _note(memory: Memory, seconds: float, process: SpawnProcess) -> None:
    with suppress(psutil.NoSuchProcess):  # it ended this moment
        memory.note(seconds, psutil.Process(process.pid))


def _begin(board: Board, wanted: tuple[float, int], found: Path, only: str) -> SpawnProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(board, wanted, found, only), daemon=True
    )
    process.start()
    return process


def _note_end(target: Target, number: int, code: int, found: Path) -> None:
    how = f"hung for {HANG:g} s, or its process ended with {code}"
    log.warning("%s, input %d: %s", target.name, number, how)
    # Not made smaller: whoever tries it ends as well.
    keep(found, Failure(target.name, f"input {number}", how, target.input(number)), target.slug)
