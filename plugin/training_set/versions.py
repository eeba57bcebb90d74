"""Versions of a training set in the Store: written once, complete when their manifest is there.

datasets/<project>/v0001/images/<frame_id>.jpg
labels/<frame_id>.txt       YOLO
data.yaml                   YOLO
annotations.coco.json       COCO, file names relative to images/
manifest.json               written last
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from plugin.stores.documents import encode, read
from plugin.stores.objects import ObjectStore


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a version holds; `content` is a digest of the reviews that it was made from."""

    version: int
    images: int
    annotations: int
    classes: tuple[str, ...]
    content: str
    created_at: datetime


class TrainingSets:
    """Reads and writes versions of training sets."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def folder(self, project: str, version: int) -> str:
        """Where in the Store a version lies."""
        return f"datasets/{project}/v{version:04d}"

    def newest(self, project: str) -> Manifest | None:
        """The manifest of a project's newest complete version."""
        for version in reversed(self._store.folders(f"datasets/{project}/")):
            key = f"datasets/{project}/{version}/manifest.json"
            if manifest := read(self._store, key, Manifest):
                return manifest
        return None

    def write(self, project: str, manifest: Manifest, files: Iterable[tuple[str, bytes]]) -> None:
        """Write a version; until the last step it does not exist for a reader."""
        folder = self.folder(project, manifest.version)
        for name, data in files:
            self._store.put(f"{folder}/{name}", data)
        self._store.create(f"{folder}/manifest.json", encode(manifest))
