"""Processes that the demo starts, watches and ends, in order.

Each runs in a session of its own, so that Ctrl-C reaches the demo alone and it decides who stops
when. What a `kill -9` of the demo leaves running is found by its environment and ended next time.
"""

import fcntl
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil
from mirakuru import HTTPExecutor, SimpleExecutor, TCPExecutor
from mirakuru.exceptions import ExecutorError, ProcessFinishedWithError

from plugin.domain.errors import ActiveLearningError

MARK = "LSAL_DEMO_DATA"
"""Environment variable by which the demo knows its processes again: the data folder's path."""

START_TIMEOUT = 180  # seconds; Label Studio's first start makes its database
STOP_TIMEOUT = 15  # seconds until a process that does not end is killed


class DemoError(ActiveLearningError):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run, and how to tell that it is ready (an address, a port, or at once)."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready_url: str = ""
    ready_port: int = 0


class Processes:
    """Running programs; leaving the context ends them in reverse order."""

    def __init__(self, data: Path) -> None:
        self.data = data.resolve()
        self._lock: IO[str] | None = None
        self._running: list[tuple[str, SimpleExecutor]] = []

    def __enter__(self) -> Self:
        """Take the data folder for this run.

        Raises:
            DemoError: another demo runs on it.
        """
        (self.data / "logs").mkdir(parents=True, exist_ok=True)
        lock = (self.data / "demo.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise DemoError(f"another demo is running on {self.data}") from None
        self._lock = lock
        _end_leftovers(self.data)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything, the last started first."""
        while self._running:
            _, executor = self._running.pop()
            try:
                executor.stop()
            except ProcessFinishedWithError:
                continue  # it ended with a status of its own; that it ended is all we want
        if self._lock:
            self._lock.close()

    def start(self, program: Program) -> None:
        """Start a program and wait until it is ready.

        Raises:
            DemoError: it ended or was not ready in time; with the end of its log.
        """
        with self.log(program.name).open("a") as log:
            executor = _executor(program, log, {MARK: str(self.data)})
            self._running.append((program.name, executor))
            try:
                executor.start()
            except (ExecutorError, OSError) as error:
                raise DemoError(
                    f"{program.name} did not start: {error}{self._tail(program.name)}"
                ) from error

    def check(self) -> None:
        """Raise DemoError when a program has ended by itself."""
        for name, executor in self._running:
            if not executor.running():
                raise DemoError(f"{name} has ended by itself{self._tail(name)}")

    def pid(self, name: str) -> int:
        """The process id of a program."""
        running = next(executor.process for known, executor in self._running if known == name)
        return running.pid if running else 0

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.data / "logs" / f"{name.lower().replace(' ', '-')}.log"

    def _tail(self, name: str) -> str:
        path = self.log(name)
        lines = path.read_text(errors="replace").splitlines()[-12:] if path.exists() else []
        return "".join(f"\n  | {line}" for line in (*lines, f"(all of it: {path})"))


def _executor(program: Program, log: IO[str], mark: Mapping[str, str]) -> SimpleExecutor:
    options: dict[str, Any] = {
        "envvars": {**program.environment, **mark}, "stdin": subprocess.DEVNULL,
        "stdout": log, "stderr": subprocess.STDOUT, "timeout": STOP_TIMEOUT,
    }  # fmt: skip
    command = list(program.command)
    if program.ready_url:
        options["timeout"] = START_TIMEOUT
        return HTTPExecutor(command, program.ready_url, **options)
    if program.ready_port:
        return TCPExecutor(command, "127.0.0.1", program.ready_port, **options)
    return SimpleExecutor(command, **options)


def _end_leftovers(data: Path) -> None:
    """End what an earlier demo on this data folder left running when it was killed."""
    ours = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(data):
                process.terminate()
                ours.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue  # somebody else's, or gone
    _, alive = psutil.wait_procs(ours, timeout=STOP_TIMEOUT)
    for process in alive:
        process.kill()


def free_port(wanted: int) -> int:
    """A free port on loopback, the wanted one where possible."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("no free port on 127.0.0.1")
