"""Where the images of tasks lie, so that Label Studio can show them to whoever is signed in."""

from collections.abc import Collection, Mapping
from typing import Protocol

Files = Mapping[str, tuple[bytes, str]]
"""Bytes and content type by file name."""


class Media(Protocol):
    """A place for images; `project` is Label Studio's id of a project.

    Every method raises LabelStudioError when Label Studio refuses, fails or does not answer, and an
    OSError when the place itself does.
    """

    @property
    def is_apart(self) -> bool:
        """Whether placing images asks nothing of Label Studio, and may go on beside an import."""

    def prepare(self, project: int) -> None:
        """Let a project show what will be placed for it; may be called again."""

    def place(self, project: int, files: Files, *, again: bool = False) -> dict[str, str]:
        """Place images, durably.

        Args:
            project: where they will be used.
            files: any number of them, with the content of the names that are placed already.
            again: whether an earlier try may have placed some; none is there twice after this.

        Returns:
            The address that a task's data may name, by file name.
        """

    def forget(self, project: int, addresses: Collection[str]) -> None:
        """Remove images that no task names; those that are not there are ignored."""

    def placed(self, project: int) -> set[str]:
        """The addresses of all images that lie there for a project."""

    def drop(self, project: int) -> None:
        """Remove everything that lies there for a project whose tasks nobody needs any more."""
