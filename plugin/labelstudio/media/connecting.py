"""Label Studio's storage connections, of which a project of ours has one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

TITLE = "active-learning"
"""By which we know our connection again."""

NOTHING = "^$"
"""A pattern that no file has: "Sync" pressed by hand would make a second task of every image."""


def connect(
    label_studio: "LabelStudioGateway", project: int, kind: str, options: Mapping[str, Any]
) -> None:
    """Give a project its connection, unless it has that already.

    Raises:
        LabelStudioError: Label Studio does not reach the storage, or may not serve it.
    """
    if not any(each.get("title") == TITLE for each in label_studio.storages(project, kind)):
        always = {"title": TITLE, "use_blob_urls": True, "regex_filter": NOTHING}
        label_studio.connect_storage(project, kind, always | dict(options))
