"""Which media the configuration asks for."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plugin.config import Config
from plugin.labelstudio.media import Media
from plugin.labelstudio.media.bucket import Bucket, BucketAddress, Credentials
from plugin.labelstudio.media.folder import SharedFolder
from plugin.labelstudio.media.uploads import Uploads
from plugin.stores.backends.locating import open_store

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway


def open_media(config: Config, label_studio: "LabelStudioGateway") -> Media:
    """The place that LSAL_MEDIA names; what it holds is not looked at.

    Raises:
        StoreError: the environment does not say enough to use a bucket.
    """
    if config.media_kind == "upload":
        return Uploads(label_studio)
    if config.media_kind == "folder":
        root = config.media.removeprefix("file://")
        return SharedFolder(label_studio, Path(root), config.media_root or root)
    parts = urlsplit(config.media)
    return Bucket(
        label_studio,
        open_store(config.media),
        BucketAddress(parts.scheme, parts.netloc, parts.path.strip("/")),
        _credentials(config),
    )


def _credentials(config: Config) -> Credentials:
    secret = config.media_secret
    return Credentials(
        key=config.media_key or "",
        secret=secret.get_secret_value() if secret else "",
        endpoint=config.media_endpoint or "",
        region=config.media_region or "",
    )
