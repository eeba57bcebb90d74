"""docs/errors.md has every error that the code raises, and no other."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.docs.blocks import DOCS, ROOT
from webhook_server import problems, replies

TEXT = (DOCS / "errors.md").read_text()
SOURCES = [path for name in ("plugin", "webhook_server") for path in (ROOT / name).rglob("*.py")]

MESSAGES = {
    "Keys and signatures": ("NotAuthenticatedError", 0),
    "Not allowed": ("ForbiddenError", 0),
    "The request itself": ("RefusedError", 2),
    "Images by address": ("FetchRefusedError", 1),
}
"""Sections with a row for each message of one error, and which argument is the message."""
CONFLICTS = (("ConflictError", 0), ("GoneError", 0))


def rows(section: str) -> list[list[str]]:
    """The cells of the table that follows a heading."""
    body = TEXT.split(f" {section}\n", 1)[1]
    lines = re.findall(r"^\|.*\|$", body.split("\n#")[0], re.MULTILINE)[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def shown(section: str) -> set[str]:
    """The messages of a section."""
    return {cell.strip("`") for cell, *_ in rows(section)}


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    """Every module of ours, parsed."""
    return [(path, ast.parse(path.read_text())) for path in SOURCES]


def calls(kind: str) -> Iterator[tuple[Path, ast.Module, ast.Call]]:
    """Yield where an error of a kind is made."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == kind:
                yield path, tree, node


def raised(kind: str, argument: int) -> set[str]:
    """The messages of an error, `…` for what is put in; one that is passed on is not ours."""
    found = (_text(node.args[argument], tree, node) for _, tree, node in calls(kind))
    return {text for text in found if text.strip("…: ")}


def _text(value: ast.expr, tree: ast.Module, call: ast.Call) -> str:
    if isinstance(value, ast.Name):
        named = [_assigned(value.id, node, call.lineno) for node in ast.walk(tree)]
        value = next((each for each in reversed(named) if each is not None), value)
    if isinstance(value, ast.Constant):
        return str(value.value)
    if isinstance(value, ast.JoinedStr):
        return "".join(
            str(each.value) if isinstance(each, ast.Constant) else "…" for each in value.values
        )
    return ""


def _assigned(name: str, node: ast.AST, before: int) -> ast.expr | None:
    """What a name was last set to, above a line."""
    if not isinstance(node, ast.Assign) or node.lineno >= before:
        return None
    is_meant = any(isinstance(each, ast.Name) and each.id == name for each in node.targets)
    return node.value if is_meant else None


@pytest.mark.parametrize(("section", "kind", "argument"), [(k, *v) for k, v in MESSAGES.items()])
def test_every_message_has_its_cure(section: str, kind: str, argument: int) -> None:
    missing, gone = differences(section, raised(kind, argument))
    assert not missing, f"docs/errors.md, {section!r}, has no row for: {sorted(missing)}"
    assert not gone, f"docs/errors.md, {section!r}: nothing says {sorted(gone)}"


def test_every_conflict_has_its_cure() -> None:
    missing, gone = differences("Conflicts", set().union(*(raised(*each) for each in CONFLICTS)))
    assert not missing, f"docs/errors.md, 'Conflicts', has no row for: {sorted(missing)}"
    assert not gone, f"docs/errors.md, 'Conflicts': nothing says {sorted(gone)}"


def differences(section: str, said: set[str]) -> tuple[set[str], set[str]]:
    """What the code says and a section does not, and the reverse."""
    return said - shown(section), shown(section) - said


def test_every_problem_is_listed() -> None:
    listed = {(int(status), title) for status, title, *_ in rows("What a post is answered")}
    known = {(status, title) for _, status, title in replies._STATUS}
    for kind in ("RefusedError", "problem"):
        for _, _, node in calls(kind):
            status, title = node.args[:2]
            if isinstance(status, ast.Constant) and isinstance(title, ast.Constant):
                known.add((status.value, title.value))  # type: ignore[arg-type]
    assert listed == known


def test_every_heading_of_a_page_is_listed() -> None:
    assert {cell for cell, *_ in rows("What a page says")} == set(problems.HEADINGS.values())


def test_every_kind_is_listed() -> None:
    listed = {cell.strip("`") for part in ("What a command says", "What the client says")
              for cell, *_ in rows(part)}  # fmt: skip
    made = {
        node.name
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    }
    assert listed == made - {"ActiveLearningError", "FieldError"}
