"""Names of classes as names of folders: safe on every system, in every archive and every bucket."""

import re
from collections.abc import Iterable

MAX_NAME = 60
"""Characters of a folder's name."""

_SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
"""What Windows keeps for devices, with any extension."""


def folder_names(classes: Iterable[str]) -> dict[str, str]:
    """A folder's name for each class: its own where that is safe, else one that is made.

    A name is made of what is safe in it and of its place (from 0), like `dent-3`. No two are the
    same, on systems too where `Dent` and `dent` are one.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    known = list(classes)
    for name in known:
        if _is_safe(name) and name.lower() not in taken:
            found[name] = name
            taken.add(name.lower())
    for index, name in enumerate(known):
        if name not in found:
            found[name] = _made(name, index, taken)
            taken.add(found[name].lower())
    return {name: found[name] for name in known}


def _is_safe(name: str) -> bool:
    plain = len(name) <= MAX_NAME and ".." not in name and _SAFE.fullmatch(name)
    return bool(plain) and name.lower().partition(".")[0] not in _RESERVED


def _made(name: str, index: int, taken: set[str]) -> str:
    rest = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[: MAX_NAME - 20].strip("-") or "class"
    made, tries = f"{rest}-{index}", 1
    while made.lower() in taken:
        tries += 1
        made = f"{rest}-{index}-{tries}"
    return made
