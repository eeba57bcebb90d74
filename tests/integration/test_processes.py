"""Starting, watching and ending programs, with small stand-ins."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from plugin.demo.processes import MARK, DemoError, Processes, Program, free_port

SLEEPER = Program("Sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], {})
DEMO_ON_SLEEPERS = """
import sys, time
from pathlib import Path
from plugin.demo.processes import Processes
from plugin.demo import programs
from plugin.demo.processes import free_port
from tests.integration.test_processes import SLEEPER
with Processes(Path(sys.argv[1])) as processes:
    processes.start(SLEEPER)
    processes.start(programs.redis(processes.data, free_port(0)))
    print("up", flush=True)
    while True:
        processes.check()
        time.sleep(0.05)
"""


def marked(data: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(data):
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def run_demo(data: Path) -> subprocess.Popen[str]:
    demo = subprocess.Popen(
        [sys.executable, "-c", DEMO_ON_SLEEPERS, str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    assert demo.stdout.readline() == "up\n"
    return demo


def test_leaving_ends_everything(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(SLEEPER)
        processes.start(SLEEPER)
        assert len(marked(tmp_path)) == 2
    assert marked(tmp_path) == []


def test_a_program_that_dies_is_noticed_and_the_others_end(tmp_path: Path) -> None:
    demo = run_demo(tmp_path)
    # Not the first one: ids of processes begin anew once they are used up.
    (sleeper,) = (each for each in marked(tmp_path) if each.cmdline() == SLEEPER.command)
    sleeper.kill()
    _, stderr = demo.communicate(timeout=30)
    assert demo.returncode != 0
    assert "Sleeper has ended by itself" in stderr
    assert marked(tmp_path) == []


def test_what_a_killed_demo_left_running_is_ended_by_the_next(tmp_path: Path) -> None:
    demo = run_demo(tmp_path)
    os.kill(demo.pid, signal.SIGKILL)
    demo.communicate(timeout=30)
    assert len(marked(tmp_path)) == 2
    with Processes(tmp_path):
        deadline = time.monotonic() + 10
        while marked(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert marked(tmp_path) == []


def test_two_demos_on_one_folder_are_refused(tmp_path: Path) -> None:
    with Processes(tmp_path), pytest.raises(DemoError, match="another demo is running"):
        Processes(tmp_path).__enter__()


def test_what_does_not_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no database today')"]
    program = Program("Database", command, {}, ready_port=free_port(0))
    with Processes(tmp_path) as processes, pytest.raises(DemoError, match="no database today"):
        processes.start(program)


def test_a_port_in_use_is_replaced() -> None:
    wanted = free_port(0)
    assert free_port(wanted) == wanted
    with socket.create_server(("127.0.0.1", wanted)):
        assert free_port(wanted) != wanted
