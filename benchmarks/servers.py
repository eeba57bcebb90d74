"""The servers that are measured, all of them pinned to one core; the load comes from another."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.table import one_core
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import Processes, Program, free_port
from plugin.domain.settings import ProjectSettings

PYTHON = (sys.executable, "-m")


@dataclass(frozen=True)
class Servers:
    """Ports on loopback; `bare` and `gunicorn` are what ours is measured against."""

    parts: Application
    key: str
    ours: int
    bare: int
    gunicorn: int
    pid: int


@contextmanager
def running(settings: dict[str, Any]) -> Iterator[Servers]:
    """Redis, our server and its rivals, on the first core, with a project `bench`."""
    with TemporaryDirectory() as folder, Processes(Path(folder)) as processes:
        ports = [free_port(0) for _ in range(4)]
        environment = {
            "STORE_URL": str(processes.data / "store"),
            "REDIS_URL": f"redis://127.0.0.1:{ports[0]}/0",
            "LSAL_PORT": str(ports[1]),
            "LSAL_LOG_LEVEL": "WARNING",
        }
        parts = Application(Config.model_validate(environment))
        parts.history.add(ProjectSettings.model_validate(settings), "bench", utc_now())
        _, key = parts.deployments.register("bench", "camera", utc_now())
        with one_core():
            processes.start(programs.redis(processes.data, ports[0]))
            processes.start(programs.webhook(environment, ports[1]))
            processes.start(_bare(ports[2]))
            processes.start(_gunicorn(environment, ports[3]))
        pid = processes.pid("Webhook")
        with one_core(max):
            yield Servers(parts, key, ports[1], ports[2], ports[3], pid)
        parts.close()


def _bare(port: int) -> Program:
    command = [
        *PYTHON, "granian", "--interface", "wsgi", "--port", str(port), "--no-ws",
        "--log-level", "warning", "benchmarks.rivals:bare",
    ]  # fmt: skip
    return Program("Bare WSGI", command, {}, ready_port=port)


def _gunicorn(environment: dict[str, str], port: int) -> Program:
    command = [
        *PYTHON, "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "warning",
        "benchmarks.rivals:create_flask_app()",
    ]  # fmt: skip
    return Program("Gunicorn", command, environment, ready_port=port)
