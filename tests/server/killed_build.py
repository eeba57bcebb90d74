"""Builds a training set and is killed on the way: `python -m tests.server.killed_build STORE N`."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.stores.backends.folder import FolderStore


class Deadly(FolderStore):
    """A folder whose nth write of several objects kills the process, half of them written."""

    left = 0

    def create_all(self, objects: Any) -> list[bool]:
        self._count(lambda: super(Deadly, self).create_all(objects[: len(objects) // 2]))
        return super().create_all(objects)

    def copy_all(self, copies: Any) -> list[bool]:
        self._count(lambda: super(Deadly, self).copy_all(copies[: len(copies) // 2]))
        return super().copy_all(copies)

    def create(self, key: str, data: bytes) -> bool:
        self._count(lambda: None)
        return super().create(key, data)

    def _count(self, write_half: Callable[[], object]) -> None:
        """One write less; after the last of them, half of the next one is the end."""
        self.left -= 1
        if self.left < 0:
            write_half()
            os.kill(os.getpid(), signal.SIGKILL)


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
