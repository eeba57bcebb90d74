"""What is looked at once, when a client is made."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.edge.counts import Counts
from plugin.edge.files import lock
from plugin.edge.spool import EdgeSpool

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_KEY = re.compile(r"[\x21-\x7e]+")


def check_address(url: str, key: str, project: str) -> None:
    """Refuse what cannot be an address, a key or a project's name.

    Raises:
        InvalidInputError: naming all that is wrong; a key is never shown.
    """
    wrong = []
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        wrong.append(FieldError("url", url, "an address like https://lsal.example.com"))
    if not _KEY.fullmatch(key):
        wrong.append(FieldError("key", "(not shown)", "a deployment's key, lsal_…"))
    if not _NAME.fullmatch(project):
        wrong.append(FieldError("project", project, "the name of a project"))
    if wrong:
        raise InvalidInputError(*wrong)


def adopt_left_behind(home: Path, spool: EdgeSpool, counts: Counts) -> None:
    """Take over what processes left that have ended, and whose sub-folder nobody has now."""
    for folder in sorted(home.iterdir()):
        if folder.is_dir() and (locked := lock(folder)):
            with locked:
                spool.adopt(folder)
                counts.adopt(folder / "counts.json")
                (folder / "counts.json").unlink(missing_ok=True)
