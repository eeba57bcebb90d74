"""An installation whose every process can be killed and started again, on ports of its own."""

import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import Processes, Program, free_port
from tests.faults.label_studio import LabelStudioProxy, label_studio_proxy

OURS = ("webhook", "worker", "scheduler")
SOON = 120.0
"""Seconds until what a fault waits for has come."""


@dataclass
class Rig:
    """Programs by name, the folder that tells their processes where to stop, and our own view."""

    processes: Processes
    programs: dict[str, Program]
    application: Application
    label_studio: LabelStudioProxy
    webhook_url: str
    faults: Path
    media: Path
    small_disk: Path
    has_small_disk: bool
    roots: dict[str, psutil.Process] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a program and wait until it is ready."""
        known = set(psutil.Process().children())
        self.processes.start(self.programs[name])
        (self.roots[name],) = set(psutil.Process().children()) - known

    def kill(self, name: str) -> None:
        """Kill a program's processes, all at once, as a machine that fails would."""
        root = self.roots[name]
        tree = [root, *root.children(recursive=True)] if root.is_running() else []
        for process in tree:
            process.suspend()  # none of them sees another one die
        for process in tree:
            process.kill()
        psutil.wait_procs(tree, timeout=10)

    def restart(self, name: str) -> None:
        """Kill a program and start it again."""
        self.kill(name)
        self.start(name)

    def stop_at(self, step: str, times: int) -> None:
        """Let the process that comes to a step, like `after media`, kill itself there."""
        (self.faults / "stopped").unlink(missing_ok=True)
        beside = self.faults / "stop.new"
        beside.write_text(f"{step} {times}")
        beside.rename(self.faults / "stop")

    def was_stopped(self) -> bool:
        """Whether a process has come to the step."""
        return (self.faults / "stopped").exists()

    def shift_clock(self, seconds: int) -> None:
        """Let our processes see another time."""
        beside = self.faults / "clock.new"
        beside.write_text(str(seconds))
        beside.rename(self.faults / "clock")


@contextmanager
def rig(data: Path, *, small_disk: bool = False) -> Iterator[Rig]:
    """Everything running below a folder: Redis, Label Studio behind a proxy, and our processes.

    Args:
        data: the folder, made here.
        small_disk: give the Store a disk of its own, where that can be mounted.
    """
    faults, token = data / "faults", secrets.token_hex(20)
    faults.mkdir(parents=True)
    redis, studio, webhook = (free_port(0) for _ in range(3))
    store = data / "store"
    with (
        _disk(store, wanted=small_disk) as has_small_disk,
        Processes(data) as processes,
        label_studio_proxy(studio) as proxy,
    ):
        environment = {
            "STORE_URL": str(store / "objects"),
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
            "LABEL_STUDIO_URL": proxy.url,
            "LABEL_STUDIO_API_KEY": token,
            "LSAL_HOST": "127.0.0.1",
            "LSAL_PORT": str(webhook),
            "LABEL_STUDIO_PUBLIC_URL": "",
        }
        direct = environment | {"LABEL_STUDIO_URL": f"http://127.0.0.1:{studio}"}
        running = Rig(
            processes=processes,
            programs={
                "redis": programs.redis(data, redis),
                "label studio": programs.label_studio(data, studio, secrets.token_hex(8), token),
                **_ours(environment, webhook, faults),
            },
            application=Application(Config.model_validate(direct)),
            label_studio=proxy,
            webhook_url=f"http://127.0.0.1:{webhook}",
            faults=faults,
            small_disk=store,
            has_small_disk=has_small_disk,
            media=data / "label-studio" / "media" / "upload",
        )
        for name in running.programs:
            running.start(name)
        yield running
        running.application.close()


def _ours(environment: dict[str, str], port: int, faults: Path) -> dict[str, Program]:
    """Our programs, whose processes look into a folder where they are to stop."""
    inside = {
        **environment, "LSAL_FAULTS": str(faults),
        "PYTHONPATH": str(Path(__file__).parent / "inside"),
    }  # fmt: skip
    return {
        "webhook": programs.webhook(inside, port),
        "worker": programs.worker(inside),
        "scheduler": programs.scheduler(inside),
    }


@contextmanager
def _disk(folder: Path, *, wanted: bool) -> Iterator[bool]:
    """A small file system of its own at a folder; False where there is none."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(folder)]
    if not wanted or not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        unmount = ["umount", "--lazy", str(folder)]
        subprocess.run(unmount, check=True)
