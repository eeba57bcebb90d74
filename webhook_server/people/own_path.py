"""Where a link or a redirect may lead that somebody else has a say in."""

import re

_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")
"""A path with its query. Browsers read `/\\` like `//`, which names another host."""


def own_path(wanted: str) -> str:
    """A path of this server, whatever was asked for."""
    return wanted if _OWN_PATH.fullmatch(wanted) else "/"
