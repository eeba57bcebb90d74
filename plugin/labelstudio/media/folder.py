"""Images in a folder that we write and Label Studio serves: the fastest way in.

Label Studio must run with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true, and with the folder as
its LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from plugin.labelstudio.media import Files
from plugin.labelstudio.media.connecting import connect
from plugin.stores.backends.durable import make_folders, sync_all

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

_ADDRESS = "/data/local-files/?d="
_READABLE = 0o644  # by Label Studio, which runs as somebody else


@dataclass(frozen=True)
class SharedFolder:
    """Media in a folder of its own per project.

    `root` is the folder as we know it, `known_as` the same one as Label Studio knows it.
    """

    label_studio: "LabelStudioGateway"
    root: Path
    known_as: str
    is_apart = True

    def prepare(self, project: int) -> None:
        """Make the folder of a project, and let Label Studio serve it to the project's members."""
        make_folders(str(self._folder(project)))
        options = {"path": f"{self.known_as.rstrip('/')}/{project}"}
        connect(self.label_studio, project, "localfiles", options)

    def place(self, project: int, files: Files, *, again: bool = False) -> dict[str, str]:  # noqa: ARG002
        """Write images; one of the same name is replaced, so another try is no different."""
        folder = self._folder(project)
        make_folders(str(folder))
        # Hidden, and of the same name in every try: what a crash leaves is overwritten.
        beside = {name: folder / f".{name}" for name in files}
        for name, (data, _) in files.items():
            _write(beside[name], data)
        sync_all(map(str, beside.values()))
        for name, path in beside.items():
            path.replace(folder / name)
        sync_all([str(folder)])
        return {name: self._address(project, name) for name in files}

    def forget(self, project: int, addresses: Collection[str]) -> None:
        """Remove images that no task names; those that are not there are ignored."""
        start = self._address(project, "")
        for address in addresses:
            name = unquote(address.removeprefix(start))
            if address.startswith(start) and name == Path(name).name:
                with suppress(FileNotFoundError):
                    (self._folder(project) / name).unlink()

    def placed(self, project: int) -> set[str]:
        """The addresses of all images that lie there for a project."""
        folder = self._folder(project)
        if not folder.is_dir():
            return set()
        names = (path.name for path in folder.iterdir())
        return {self._address(project, name) for name in names if not name.startswith(".")}

    def drop(self, project: int) -> None:
        """Remove everything that lies there for a project."""
        with suppress(FileNotFoundError):
            rmtree(self._folder(project))

    def _folder(self, project: int) -> Path:
        return self.root / str(project)

    @staticmethod
    def _address(project: int, name: str) -> str:
        return _ADDRESS + quote(f"{project}/{name}")


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _READABLE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
