"""One parser under fuzzing: how it is called, what good input is, which errors it may raise."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from zlib import crc32

from plugin.domain.errors import ActiveLearningError
from tests.fuzz.mutating import LONGEST, Material, mutated
from tests.fuzz.restructuring import Tree, names_in, restructured

Rewrite = Callable[[bytes, Random, Material], bytes]
"""Changes an input inside its structure."""

Parse = Callable[[bytes], object]
"""Reads an input. It may also assert what must hold of what it read."""


@dataclass(frozen=True)
class Target:
    """A parser; `refusals` are the errors that its documentation names beside our own tree.

    The first `head` bytes of an input choose how it is called (the task type, for one): they are
    the samples' own, and changed seldom. Samples that are JSON behind them are also changed as
    trees. `words` are those of the format; `rewrite` knows its structure.
    """

    name: str
    parse: Parse
    samples: Sequence[bytes]
    refusals: tuple[type[Exception], ...] = ()
    head: int = 0
    words: Sequence[bytes] = ()
    rewrite: Rewrite | None = None

    @property
    def expected(self) -> tuple[type[Exception], ...]:
        """What it may raise."""
        return (ActiveLearningError, *self.refusals)

    @property
    def slug(self) -> str:
        """Its name as a folder is called."""
        return "".join(c if c.isalnum() else "-" for c in self.name.lower())

    def input(self, number: int) -> bytes:
        """The input of a number, from 0: the same in every run, good samples first."""
        if number < len(self.samples):
            return self.samples[number]
        chance = Random(crc32(self.name.encode()) << 32 | number)
        at = chance.randrange(len(self.samples))
        head, body = self.samples[at][: self.head], self.samples[at][self.head :]
        if self.head and chance.random() < 0.1:
            head = chance.randbytes(self.head)
        tree = self._trees[at]
        if tree is not None and chance.random() < 0.75:
            body = restructured(tree[0], chance, self._names)
            if chance.random() < 0.85:
                return (head + body)[:LONGEST]
        elif self.rewrite is not None and chance.random() < 0.6:
            return head + self.rewrite(body, chance, self._material)
        return head + mutated(body, chance, self._material)

    @cached_property
    def _material(self) -> Material:
        return Material([each[self.head :] for each in self.samples], self.words)

    @cached_property
    def _trees(self) -> list[tuple[Tree] | None]:
        return [_tree(each) for each in self._material.others]

    @cached_property
    def _names(self) -> list[str]:
        return names_in([tree[0] for tree in self._trees if tree])


def _tree(data: bytes) -> tuple[Tree] | None:
    """What JSON says, in a tuple since it may be null; None for what is none."""
    try:
        tree = json.loads(data)
    except ValueError:
        return None
    return (tree,) if isinstance(tree, dict | list) else None
