"""Everything that runs: Redis, Label Studio, our three processes, a project and its people."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak.events import CLASSES, PROJECT, SAMPLED
from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import Processes, free_port
from plugin.demo.reviewers import sign_up
from plugin.domain.settings import ProjectSettings

REVIEWERS = ("ann@example.com", "ben@example.com", "cleo@example.com")
PASSWORD = "a-made-up-password"  # noqa: S105  of accounts that live for this run
UPLOAD_WITHIN = 60  # seconds
ALIKE_WITHIN = 3  # seconds; the pictures that differ come back after longer

FAMILIES = {
    "serve": "Webhook", "worker": "Worker", "scheduler": "Scheduler", "valkey": "Redis",
    "label studio": "Label Studio",
}  # fmt: skip
"""Names of the processes here, and as they were started."""


@dataclass(frozen=True)
class Installation:
    """Everything running; `key` is the deployment's, `tokens` are the reviewers', by address."""

    application: Application
    processes: Processes
    environment: dict[str, str]
    port: int
    admin_token: str
    key: str
    tokens: dict[str, str]

    @property
    def url(self) -> str:
        """Where our server answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def media(self) -> Path:
        """Where Label Studio keeps the images of its projects."""
        return self.processes.data / "label-studio" / "media" / "upload"

    def inherited(self) -> dict[str, str]:
        """The environment of a command that works on all this."""
        return {**os.environ, **self.environment}

    def pids(self) -> dict[str, int]:
        """The first process of each family."""
        return {family: self.processes.pid(name) for family, name in FAMILIES.items()}

    def put_in_force(self, spots_per_minute: int | None, per_minute: int | None = None) -> int:
        """Put caps in force, of the spots and of the whole project; the version of the settings."""
        capped = settings(spots_per_minute, per_minute)
        return self.application.history.add(capped, "soak", utc_now()).version


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """Start all of it below a folder, and end it."""
    token = secrets.token_hex(20)
    redis, studio, webhook = (free_port(0) for _ in range(3))
    with Processes(folder) as processes:
        processes.start(programs.redis(processes.data, redis))
        processes.start(programs.label_studio(processes.data, studio, PASSWORD, token))
        environment = {
            "STORE_URL": str(processes.data / "store"),
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
            "LABEL_STUDIO_URL": f"http://127.0.0.1:{studio}",
            "LABEL_STUDIO_API_KEY": token,
            "LABEL_STUDIO_PUBLIC_URL": "",
            "LSAL_HOST": "127.0.0.1",
            "LSAL_PORT": str(webhook),
            "LSAL_PUBLIC_URL": f"http://127.0.0.1:{webhook}",
            "LSAL_MANAGERS": programs.ADMIN,
            "LSAL_MEDIA": "upload",
            "LSAL_UPLOAD_WITHIN": str(UPLOAD_WITHIN),
        }
        application = Application(Config.model_validate(environment))
        application.history.add(settings(None), "soak", utc_now())
        _, key = application.deployments.register(PROJECT, "line-3", utc_now())
        processes.start(programs.webhook(environment, webhook))
        processes.start(programs.worker(environment))
        processes.start(programs.scheduler(environment))
        studio_of = application.label_studio
        tokens = {each: sign_up(studio_of, each, PASSWORD) for each in REVIEWERS}
        yield Installation(application, processes, environment, webhook, token, key, tokens)
        application.close()


def settings(spots_per_minute: int | None, per_minute: int | None = None) -> ProjectSettings:
    """The project's settings, with caps where they are given.

    With a cap for spots, frames that look alike are left out as well.
    """
    spots = {} if spots_per_minute is None else {"limits": {"per_minute": spots_per_minute}}
    near = {} if spots_per_minute is None else {"near_duplicates": {"within": ALIKE_WITHIN}}
    return ProjectSettings.model_validate({
        "project": PROJECT, "classes": CLASSES, "sampling_rate": SAMPLED, "enabled": True,
        "limits": {"per_minute": per_minute},
        "rules": [
            {"name": "unsure", "when": {"confidence": {"below": 0.6}}, "priority": 1},
            {"name": "spot", "when": {"classes": ["scratch"]}, **spots},
        ],
        **near,
    })  # fmt: skip
