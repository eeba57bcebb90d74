"""A command of the operator's: run without a shell, bounded in time, the end of its output kept."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from plugin.domain.errors import FieldError, InvalidInputError

KEPT_OUTPUT = 10_000
"""Bytes of the end of an output."""

COMMAND = "LSAL_RETRAIN_COMMAND"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit status, negative for a signal, None where it took too long."""

    status: int | None
    output: str


@dataclass(frozen=True)
class CommandRunner:
    """Runs one command, as words between spaces (quoted as in a shell), for `seconds` at most.

    Raises:
        InvalidInputError: it cannot be split into words.
    """

    command: str
    seconds: float

    def __post_init__(self) -> None:
        try:
            shlex.split(self.command)
        except ValueError as error:
            expected = f"words between spaces ({error})"
            raise InvalidInputError(FieldError(COMMAND, self.command, expected)) from None

    @property
    def is_set(self) -> bool:
        """Whether there is a command at all."""
        return bool(self.command.strip())

    def run(self, environment: Mapping[str, str]) -> Ended:
        """Run it, and end whatever it left running when its time is over.

        Args:
            environment: what it finds in its environment besides ours.

        Raises:
            OSError: it cannot be started.
        """
        with TemporaryFile() as output:
            process = subprocess.Popen(  # noqa: S603  the operator's own, without a shell
                shlex.split(self.command), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env={**os.environ, **environment},
                start_new_session=True,
            )  # fmt: skip
            status = self._wait(process)
            return Ended(status, _end_of(output))

    def _wait(self, process: "subprocess.Popen[bytes]") -> int | None:
        try:
            return process.wait(self.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _end_of(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - KEPT_OUTPUT))
    return output.read().decode(errors="replace")
