"""A webhook server as it runs in production, granian and all, with a folder of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import Processes, free_port
from plugin.domain.settings import ProjectSettings


@dataclass(frozen=True)
class Served:
    """Where it is, the parts behind it, and a key to its project."""

    url: str
    application: Application
    key: str


@contextmanager
def served(data: Path, redis_url: str, settings: ProjectSettings, **more: str) -> Iterator[Served]:
    """Run a server with a project; `more` is what else its environment says.

    On a Store that another server uses, that one has the key.
    """
    port = free_port(0)
    environment = {
        "STORE_URL": str(data / "store"),
        "REDIS_URL": redis_url,
        "LSAL_PORT": str(port),
        "LSAL_HOST": "127.0.0.1",
        "LSAL_LOG_LEVEL": "WARNING",
        **more,
    }
    parts = Application(Config.model_validate(environment))
    parts.history.add(settings, "test", utc_now())
    known = parts.deployments.of_project(settings.project)
    key = "" if known else parts.deployments.register(settings.project, "line-3", utc_now())[1]
    with Processes(data) as processes:
        processes.start(programs.webhook(environment, port))
        yield Served(f"http://127.0.0.1:{port}", parts, key)
    parts.close()
