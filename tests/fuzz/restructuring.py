"""JSON gone wrong where it hurts: a good sample with values, keys or whole branches changed."""

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

Tree = Any
"""What JSON decodes to."""

ODD: tuple[Tree, ...] = (
    None, True, False, 0, 1, -1, 2, 255, 256, 65_536, 2**31, 2**53, 2**63, 2**64, 2**200, -(2**70),
    0.5, -0.0, 1.5, 1e-300, 1e308, -1e308, float("nan"), float("inf"), float("-inf"),
    "", " ", "0", "-1", "1e9", "nan", "\0", "\ud800", "é", "👩‍🔧", "x" * 300, "../../x", "a\nb",
    "2026-11-23T12:00:00Z", "2026-11-23", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "http://[", "https://images.example.com/a.jpg", "data:image/png;base64,AA==", "/9j/", "%",
    [], {}, [[]], [{}], [None], [0, 0], [1, 2, 3, 4], {"": None}, [""] * 40, {"a": {"a": {"a": 1}}},
)  # fmt: skip
"""Values of every kind, those that programs forget among them."""


def restructured(tree: Tree, chance: Random, names: Sequence[str]) -> bytes:
    """A sample as JSON with one to six changes; the sample itself stays as it is.

    Args:
        tree: the sample.
        chance: decides on the changes.
        names: what keys are renamed to, as the parsers know them.
    """
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        tree = _changed(tree, chance, names, 0)
    return json.dumps(tree, ensure_ascii=chance.random() < 0.9).encode(errors="surrogatepass")


def names_in(trees: Sequence[Tree]) -> list[str]:
    """Every key of some samples."""
    return sorted({name for tree in trees for name in _names(tree)})


def _names(tree: Tree) -> Iterator[str]:
    if isinstance(tree, dict):
        yield from tree
    if isinstance(tree, dict | list):
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from _names(each)


def _changed(tree: Tree, chance: Random, names: Sequence[str], depth: int) -> Tree:
    """A copy along one path, changed at its end."""
    if not isinstance(tree, dict | list) or not tree or chance.random() < 0.12 * depth:
        return _another(tree, chance, names)
    if isinstance(tree, list):
        at = chance.randrange(len(tree))
        if chance.random() < 0.15:
            return _another_list(tree, at, chance)
        return [*tree[:at], _changed(tree[at], chance, names, depth + 1), *tree[at + 1 :]]
    name = chance.choice(list(tree))
    if chance.random() < 0.15:
        return _another_object(tree, name, chance, names)
    return tree | {name: _changed(tree[name], chance, names, depth + 1)}


def _another(tree: Tree, chance: Random, names: Sequence[str]) -> Tree:
    kind = chance.random()
    if kind < 0.1:
        return [tree] * chance.choice((1, 2, 3, 100))
    if kind < 0.2:
        return {chance.choice(names) if names else "a": tree}
    if kind < 0.3 and isinstance(tree, int | float) and not isinstance(tree, bool):
        return chance.choice((tree + 1, tree - 1, -tree, tree * 1000, tree / 3, str(tree)))
    if kind < 0.4 and isinstance(tree, str):
        return chance.choice((tree * 2, tree[:-1], tree.upper(), f" {tree} ", tree + "\0", [tree]))
    if kind < 0.42:
        return _deep(tree, chance.choice((5, 20, 300)))
    return chance.choice(ODD)


def _another_list(tree: list[Tree], at: int, chance: Random) -> list[Tree]:
    kind = chance.randrange(4)
    if kind == 0:
        return [*tree[:at], *tree[at + 1 :]]
    if kind == 1:
        return [*tree, *tree[at : at + 1] * chance.choice((1, 2, 50))]
    return [*tree, chance.choice(ODD)] if kind == 2 else tree[::-1]


def _another_object(
    tree: dict[str, Tree], name: str, chance: Random, names: Sequence[str]
) -> dict[str, Tree]:
    kind = chance.randrange(3)
    rest = {key: value for key, value in tree.items() if key != name}
    if kind == 0 or not names:
        return rest
    other = chance.choice(names)
    return rest | {other: tree[name]} if kind == 1 else tree | {other: chance.choice(ODD)}


def _deep(tree: Tree, depth: int) -> Tree:
    for _ in range(depth):
        tree = [tree]
    return tree
