"""The operator's command: no shell, a bound in time, the end of its output."""

import os
import shlex
import sys
from pathlib import Path

import psutil
import pytest

from plugin.domain.errors import InvalidInputError
from plugin.running import KEPT_OUTPUT, CommandRunner
from tests.waiting import wait_for


def python(code: str, seconds: float = 60) -> CommandRunner:
    return CommandRunner(shlex.join([sys.executable, "-c", code]), seconds)


def test_a_command_has_its_environment_beside_ours_and_no_shell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OURS", "ours")
    code = "import os; print(os.environ['OURS'], os.environ['LSAL_VERSION'], '$HOME; `id`')"
    ended = python(code).run({"LSAL_VERSION": "3"})
    assert (ended.status, ended.output) == (0, "ours 3 $HOME; `id`\n")


def test_a_status_and_the_errors_output_are_kept() -> None:
    ended = python("import sys; print('no GPU', file=sys.stderr); sys.exit(3)").run({})
    assert (ended.status, ended.output) == (3, "no GPU\n")


def test_a_signal_is_a_negative_status() -> None:
    assert python("import os; os.kill(os.getpid(), 9)").run({}).status == -9


def test_of_a_long_output_the_end_is_kept() -> None:
    ended = python("print('x' * 5_000_000); print('the end')").run({})
    assert ended.output.endswith("x\nthe end\n")
    assert len(ended.output) == KEPT_OUTPUT


def test_output_that_is_no_text_is_kept_as_far_as_it_is() -> None:
    ended = python("import sys; sys.stdout.buffer.write(b'a\\xff\\0b')").run({})
    assert ended.output == "a\ufffd\0b"


def test_what_takes_too_long_ends_with_all_that_it_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; print('begun', flush=True)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)"
    )
    assert python(code, seconds=3).run({}).status is None
    noted = tmp_path / "child"  # missing where the machine was too slow to begin one
    child = int(noted.read_text() or 0) if noted.exists() else 0
    wait_for(lambda: not child or not _is_running(child), "the child's end", 30, 0.02)


def test_what_runs_on_by_itself_is_left_alone() -> None:
    """A command may hand over to another process: it is over when it is over itself."""
    code = (
        "import subprocess, sys; child = subprocess.Popen("
        "[sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True); "
        "print(child.pid)"
    )
    ended = python(code).run({})
    assert ended.status == 0
    child = int(ended.output)
    assert _is_running(child)
    os.kill(child, 9)


def _is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_command_that_is_not_there_says_so() -> None:
    with pytest.raises(OSError, match="no-such-program"):
        CommandRunner("/no-such-program --now", 1).run({})


def test_a_command_that_cannot_be_split_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="LSAL_RETRAIN_COMMAND"):
        CommandRunner("train 'a", 1)


def test_whether_there_is_a_command() -> None:
    assert CommandRunner("train", 1).is_set
    assert not CommandRunner("  ", 1).is_set
