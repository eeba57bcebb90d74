"""A form of settings as a page shows it: what stands in its fields, and what is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from plugin.domain.errors import FieldError
from webhook_server.pages.project.settings_fields import LISTS, SECTIONS, Section
from webhook_server.pages.project.settings_forms import Values, items_in

_INDEX = re.compile(r"\[(\d+)\]")
_PLACED = re.compile(r"(rules|review\.team)\.(\d+)(.*)")
_SILENT = {"when", "review", ""}


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else did to the settings while a form was open; `changes` are in words."""

    version: int
    by: str
    at: datetime
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """Something wrong: the field or group of fields where it is said, its name, and the words."""

    place: str
    label: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """One section of a project's settings as a form; `base` is the version it was made from."""

    section: Section
    base: int
    values: Values
    errors: tuple[FieldError, ...] = ()
    meanwhile: Meanwhile | None = None
    is_open: bool = False

    def text(self, name: str) -> str:
        """What stands in a field."""
        return next(iter(self.values.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """What is ticked of several boxes."""
        return self.values.get(name, ())

    def uses(self, place: str) -> bool:
        """Whether a field, or one of a group, is filled in or wrong."""
        return place in self._used

    def items(self, name: str) -> range:
        """The places of a list."""
        return range(items_in(name, self.values))

    def wrong(self, place: str) -> str:
        """What is wrong at a field or a group of fields; "" for nothing."""
        said = "; ".join(self._said.get(place, ()))
        return f"Expected {said}" if said else ""

    def wrong_in(self, place: str) -> bool:
        """Whether something is wrong at a field or anywhere in a group."""
        return place in self._wrong

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, each with the place where it is said."""
        return tuple(self._problems())

    @cached_property
    def _used(self) -> frozenset[str]:
        filled = (name for name, texts in self.values.items() if any(texts))
        return self._wrong | {above for name in filled for above in _upwards(name)}

    @cached_property
    def _wrong(self) -> frozenset[str]:
        return frozenset(above for name in self._said for above in _upwards(name))

    @cached_property
    def _said(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for problem in self.problems:
            found.setdefault(problem.place, []).append(problem.expected)
        return found

    def _problems(self) -> Iterator[Problem]:
        places = self._places()
        for error in self.errors:
            name = _INDEX.sub(r".\1", error.field)
            place = next((above for above in _upwards(name) if above in places), "")
            yield Problem(place, spoken(name), error.expected)

    def _places(self) -> set[str]:
        """Fields of this form, and the groups they are in."""
        section = SECTIONS[self.section]
        names = [*section.fields, *section.lists]
        for each in section.lists:
            names += (f"{each}.{item}.{leaf}" for item in self.items(each) for leaf in LISTS[each])
        return {above for name in names for above in _upwards(name)}


def spoken(name: str) -> str:
    """A setting's path as people say it: `Rule 2: confidence below`."""
    start, rest = "", name
    if item := _PLACED.match(name):
        number = int(item[2]) + 1
        start = f"Rule {number}" if item[1] == "rules" else f"Person {number}"
        rest = item[3]
    steps = [step.replace("_", " ") for step in rest.split(".") if step not in _SILENT]
    steps = [step for step in steps if not step.isdigit()]
    said = " ".join(steps)
    return f"{start}: {said}" if start and said else start or said.capitalize()


def _upwards(name: str) -> Iterator[str]:
    """A field's name, then each group that it is in."""
    while name:
        yield name
        name = name.rpartition(".")[0]
