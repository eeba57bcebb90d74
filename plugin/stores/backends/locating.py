"""Which Store `STORE_URL` names: a folder, or a bucket in an object store."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.stores.backends.folder import FolderStore
from plugin.stores.objects import ObjectStore

EXPECTED = "a folder, file:///…, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix"
CLOUDS = ("s3", "gs", "az")
SYNC = {"full": True, "fast": False}
"""What `?sync=` may say of a folder, and whether it is synced."""


def open_store(url: str, *, watched: bool = False) -> ObjectStore:
    """Open the Store that `STORE_URL` names. No object store is asked before its first use.

    Args:
        url: a path or an address.
        watched: for what is looked at for every event and never changed once it is created; an
            object store is asked for that once a second at most.

    Raises:
        InvalidInputError: another kind of address, or one without a bucket.
    """
    scheme, separator, _ = url.partition("://")
    if not separator:
        return FolderStore(_folder(url, url))
    if scheme == "file":
        return _open_folder(url)
    if scheme not in CLOUDS:
        raise _invalid(url, EXPECTED)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _invalid(url, f"an address ({error})") from None
    if not parts.netloc or parts.query or parts.fragment or "@" in parts.netloc:
        raise _invalid(url, f"{scheme}://bucket or {scheme}://bucket/prefix")
    return _open_cloud(parts, watched=watched)


def _open_folder(url: str) -> FolderStore:
    path, _, query = url.removeprefix("file://").partition("?")
    said = parse_qs(query, keep_blank_values=True)
    sync = said.pop("sync", ["full"])[-1]
    if said or sync not in SYNC:
        raise _invalid(url, "?sync=full or ?sync=fast")
    return FolderStore(_folder(path, url), synced=SYNC[sync])


def _folder(path: str, url: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # ~ of somebody who is not known here
        raise _invalid(url, "a folder; ~ only where there is a home") from None


def _open_cloud(parts: SplitResult, *, watched: bool) -> ObjectStore:
    # On demand: a process whose Store is a folder need not have the clients, which take 20 MB.
    from plugin.stores.backends.cloud import CloudStore  # noqa: PLC0415
    from plugin.stores.backends.cloud_client import open_bucket  # noqa: PLC0415
    from plugin.stores.backends.watching import WatchedStore  # noqa: PLC0415

    prefix = parts.path.strip("/")
    location = f"{parts.scheme}://{parts.netloc}/{prefix}".rstrip("/")
    bucket = open_bucket(parts.scheme, parts.netloc, prefix)
    return (WatchedStore if watched else CloudStore)(location, bucket)


def _invalid(url: str, expected: str) -> InvalidInputError:
    return InvalidInputError(FieldError("STORE_URL", url, expected))
