"""The process that drives the load, so that nothing else here makes its clock late."""

from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from types import TracebackType
from typing import Self

import uvloop

from benchmarks.soak.driver import Driver, Target
from benchmarks.soak.messages import Ended, Interval, Load
from benchmarks.soak.pictures import albums

STUCK = 120.0
"""Seconds without a word after which the driver has failed."""

READY = "ready"


class DriverError(Exception):
    """The process that drives the load has ended or says nothing any more."""


class Driving:
    """A driver in a process of its own."""

    def __init__(self, port: int, key: str) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_main, args=(theirs, port, key), daemon=True)
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        """Wait until it is ready."""
        if self._receive() != READY:
            raise DriverError("the driver did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()

    def drive(self, load: Load, each: Callable[[Interval], None] = lambda _: None) -> Ended:
        """Send a load; `each` takes what is reported on the way.

        Raises:
            DriverError: it failed.
        """
        self._pipe.send(load)
        while isinstance(said := self._receive(), Interval):
            each(said)
        if not isinstance(said, Ended):
            raise DriverError(f"the driver said {said!r}")
        return said

    def _receive(self) -> object:
        try:
            if self._pipe.poll(STUCK):
                return self._pipe.recv()
        except EOFError:
            raise DriverError("the driver has ended, see above") from None
        raise DriverError(f"the driver has said nothing for {STUCK:.0f} s")


def _main(pipe: "Pipe[object, object]", port: int, key: str) -> None:
    driver = Driver(Target(port, key), albums(), pipe.send)
    pipe.send(READY)
    while isinstance(load := pipe.recv(), Load):
        pipe.send(uvloop.run(driver.run(load)))
