"""Files that Label Studio stores itself, and where else it finds images."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

import httpx

from plugin.domain.errors import LabelStudioError
from plugin.labelstudio.api.connection import Connection, translated
from plugin.labelstudio.values import StoredFile


class Files(Connection):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def upload(self, project: int, files: Mapping[str, tuple[bytes, str]]) -> dict[str, str]:
        """Store images without making tasks.

        Args:
            project: where they will be used.
            files: bytes and content type by file name; at most values.UPLOADS_PER_CALL.

        Returns:
            The address that a task's data may name, by file name.
        """
        parts = {name: (name, data, kind) for name, (data, kind) in files.items()}
        with translated():
            answer = self._request(
                "POST", f"api/projects/{project}/import", files=parts,
                params={"commit_to_project": "false"},
            )  # fmt: skip
            ids = json.dumps(answer["file_upload_ids"])
            stored = self._client.files.list(id=project, ids=ids)
        found = {each.name: each.address for each in map(_stored, stored)}
        missing = files.keys() - found.keys()
        if missing:
            raise LabelStudioError(0, f"did not store {len(missing)} of {len(files)} images")
        return found

    def uploaded(self, project: int) -> list[StoredFile]:
        """All files stored for a project by the user whose token this is, oldest first."""
        with translated():
            return sorted(
                map(_stored, self._client.files.list(id=project, all_=True)), key=attrgetter("id")
            )

    def remove_uploads(self, project: int, ids: Collection[int]) -> None:
        """Remove stored files; tasks that name one lose their image."""
        if not ids:
            return  # asked without ids, Label Studio removes all of them
        with translated():
            self._request(
                "DELETE", f"api/projects/{project}/file-uploads",
                json={"file_upload_ids": list(ids)},
            )  # fmt: skip

    def storages(self, project: int, kind: str) -> Sequence[Mapping[str, Any]]:
        """The connections of a project to storages of a kind: localfiles, s3, gcs or azure."""
        with translated():
            found = self._request("GET", f"api/storages/{kind}", params={"project": project})
        return [dict(each) for each in found]

    def connect_storage(self, project: int, kind: str, options: Mapping[str, Any]) -> None:
        """Let a project show what lies in a storage; Label Studio tries to reach it first."""
        body = {"project": project} | dict(options)
        with translated():
            self._request("POST", f"api/storages/{kind}", json=body)

    def image(self, project: int, address: str) -> bytes:
        """The image at an address that a task names, as whoever is signed in gets it."""
        with translated():
            return self._respond("GET", _path(project, address)).content

    def status_for_strangers(self, project: int, address: str) -> int:
        """The HTTP status with which an image is refused (or not) to who is not signed in."""
        with translated():
            return httpx.get(f"{self.base_url}/{_path(project, address)}").status_code

    def shown_on_pages_of(self, project: int, address: str, origin: str) -> bool:
        """Whether a browser lets pages of an origin (`https://host`) use an image.

        It does when Label Studio answers itself. An image that lies elsewhere needs the consent of
        that server (CORS).
        """
        with translated():
            answer = self._respond("GET", _path(project, address), headers={"Origin": origin})
        if not any(each.url.netloc != answer.url.netloc for each in answer.history):
            return True
        return answer.headers.get("access-control-allow-origin") in {"*", origin}


def _path(project: int, address: str) -> str:
    if address.startswith("/"):
        return address.lstrip("/")
    # In a bucket: Label Studio answers with the way there.
    return f"projects/{project}/resolve/?fileuri={urlsafe_b64encode(address.encode()).decode()}"


def _stored(upload: Any) -> StoredFile:  # noqa: ANN401  the SDK's
    # Label Studio keeps the name behind a random prefix: `upload/<project>/<8 hex>-<name>`.
    path = str(upload.file)
    name = path.rpartition("/")[2].partition("-")[2]
    return StoredFile(int(upload.id), name, f"/data/{path}", upload.size)
