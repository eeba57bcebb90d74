"""Builds a training set and is killed on the way: `python -m tests.server.killed_build STORE N`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.stores.backends.folder import FolderStore


class Deadly(FolderStore):
    """A folder whose nth write of several objects kills the process, half of them written."""

    left = 0

    def create_all(self, objects: Any) -> list[bool]:
        self.left -= 1
        if self.left < 0:
            super().create_all(objects[: len(objects) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().create_all(objects)

    def copy_all(self, copies: Any) -> list[bool]:
        self.left -= 1
        if self.left < 0:
            super().copy_all(copies[: len(copies) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().copy_all(copies)

    def create(self, key: str, data: bytes) -> bool:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().create(key, data)


def main() -> None:
    """Build `parts`."""
    application = Application(Config.model_validate({"STORE_URL": sys.argv[1]} | _redis()))
    store = Deadly(Path(sys.argv[1]))
    store.left = int(sys.argv[2])
    application.training_sets._store = store
    application.training_sets.segments._store = store
    application.builder.build("parts")


def _redis() -> dict[str, str]:
    return {"REDIS_URL": os.environ["REDIS_URL"]}


if __name__ == "__main__":
    main()
