"""Images uploaded to Label Studio: works with any server, and is the default."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from plugin.labelstudio.media import Files
from plugin.labelstudio.values import UPLOADS_PER_CALL

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

_BYTES_PER_CALL = 100_000_000
"""Label Studio refuses more than 250 MB in one request, and keeps all of it in memory."""


@dataclass(frozen=True)
class Uploads:
    """Media in Label Studio's own file storage."""

    label_studio: "LabelStudioGateway"
    is_apart = False

    def prepare(self, project: int) -> None:
        """Do nothing: every project shows its own files."""

    def place(self, project: int, files: Files, *, again: bool = False) -> dict[str, str]:
        """Upload images, except those that an earlier try has uploaded."""
        # Label Studio lists the files of a whole project only, so a first try does not ask.
        there = self._found(project, files) if again else {}
        missing = {name: file for name, file in files.items() if name not in there}
        for group in _groups(missing):
            there |= self.label_studio.upload(project, group)
        return there

    def forget(self, project: int, addresses: Collection[str]) -> None:
        """Remove images that no task names; those that are not there are ignored."""
        if addresses:
            there = self.label_studio.uploaded(project)
            self.label_studio.remove_uploads(
                project, [each.id for each in there if each.address in addresses]
            )

    def placed(self, project: int) -> set[str]:
        """The addresses of all images that lie there for a project."""
        return {each.address for each in self.label_studio.uploaded(project)}

    def drop(self, project: int) -> None:
        """Remove everything that lies there for a project."""
        uploaded = self.label_studio.uploaded(project)
        self.label_studio.remove_uploads(project, [each.id for each in uploaded])

    def _found(self, project: int, files: Files) -> dict[str, str]:
        """Which images are there already; what is there a second time, or changed, is removed."""
        ours = [each for each in self.label_studio.uploaded(project) if each.name in files]
        kept = {}
        for name, stored in groupby(sorted(ours, key=attrgetter("name")), attrgetter("name")):
            same = [each for each in stored if each.size == len(files[name][0])]
            if same:
                kept[name] = same[0]
        self.label_studio.remove_uploads(
            project, [each.id for each in ours if each != kept.get(each.name)]
        )
        return {name: each.address for name, each in kept.items()}


def _groups(files: Files) -> Iterator[dict[str, tuple[bytes, str]]]:
    """Cut files into as many as one call takes."""
    group: dict[str, tuple[bytes, str]] = {}
    size = 0
    for name, file in files.items():
        full = len(group) == UPLOADS_PER_CALL or size + len(file[0]) > _BYTES_PER_CALL
        if group and full:
            yield group
            group, size = {}, 0
        group[name] = file
        size += len(file[0])
    if group:
        yield group
