"""Everything that is wrong with settings, found at once."""

from copy import deepcopy
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from plugin.domain.settings import ProjectSettings
from plugin.settings_text import Path

MAX_ERRORS = 100
"""With more of them at once nothing further is looked for."""

_ROUNDS = 8
_IN_PLACE_OF = {"project": "placeholder", "classes": ["placeholder"]}


def validated(tree: object) -> tuple[ProjectSettings | None, list[ErrorDetails]]:
    """The settings that plain values stand for, or everything that is wrong with them.

    What must hold between fields is looked at once each is right. So what is wrong is taken out and
    the rest looked at again, until nothing new is found.
    """
    found: list[ErrorDetails] = []
    taken_out: set[Path] = set()
    rest = deepcopy(tree)
    for _ in range(_ROUNDS):
        settings, fresh = _looked_at(rest)
        if settings is not None:
            return (None if found else settings), found
        found += (each for each in fresh if not _follows(each["loc"], taken_out))
        if not isinstance(rest, dict) or len(fresh) > MAX_ERRORS:
            break
        _take_out(rest, fresh)
        taken_out |= {each["loc"] for each in fresh}
    return None, found


def _looked_at(tree: object) -> tuple[ProjectSettings | None, list[ErrorDetails]]:
    try:
        return ProjectSettings.model_validate(tree), []
    except ValidationError as error:
        return None, [each for each in error.errors(include_url=False) if _stands_alone(each)]


def _stands_alone(error: ErrorDetails) -> bool:
    """Whether this is no mere consequence: a list is too short for want of its refused items."""
    context = error.get("ctx", {})
    return error["type"] != "too_short" or len(error["input"]) < context["min_length"]


def _follows(place: Path, taken_out: set[Path]) -> bool:
    """Whether an error lies where something was taken out, or above or below it."""
    return any(
        place[: len(other)] == other[: len(place)] for other in taken_out if other or not place
    )


def _take_out(tree: dict[str, Any], errors: list[ErrorDetails]) -> None:
    for error in errors:
        place = error["loc"]
        if error["type"] == "missing" and len(place) > 1 and place[-1] != "name":
            place = place[:-1]
        _remove(tree, place)
        first = str(place[0]) if place else ""
        if first.startswith(("classes", "unknown")):
            tree["unknown_classes"] = "keep"  # nobody can tell which class is unknown
        if first.startswith("task"):
            tree.pop("keypoints", None)  # nor whether there are keypoints


def _remove(tree: dict[str, Any], place: Path) -> None:
    """Take a value out; what is needed, and items of lists, are replaced."""
    parent: Any = tree
    for step in place[:-1]:
        parent = _child(parent, step)
    leaf = place[-1] if place else None
    if isinstance(parent, list) and isinstance(leaf, int) and leaf < len(parent):
        parent[leaf] = _placeholder(place, f"placeholder-{leaf}")
    elif isinstance(parent, dict) and isinstance(leaf, str):
        parent.pop(leaf, None)
        if leaf == "name" and place[0] == "rules":
            parent[leaf] = f"placeholder-{place[1]}"
        elif parent is tree and leaf in _IN_PLACE_OF:
            parent[leaf] = _IN_PLACE_OF[leaf]


def _placeholder(place: Path, name: str) -> object:
    """What stands for an item that was taken out, and is wrong in nothing."""
    match place[:-1]:
        case ("rules",):
            return {"name": name}
        case ("review", "team"):
            return {"reviewer": f"{name}@example.com"}
        case _:
            return name


def _child(parent: Any, step: str | int) -> Any:  # noqa: ANN401  any YAML
    if isinstance(parent, list) and isinstance(step, int) and step < len(parent):
        return parent[step]
    return parent.get(step) if isinstance(parent, dict) else None
