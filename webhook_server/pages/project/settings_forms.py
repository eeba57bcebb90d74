"""Settings as forms and back: plain fields with dotted names, read as a settings' file is read.

A form holds one section. What it has no field for stays as it is.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from werkzeug.datastructures import MultiDict

from plugin.domain.fields import READABLE
from plugin.domain.settings import ProjectSettings
from plugin.settings_text import scalar
from webhook_server.pages.project.settings_fields import LISTS, SECTIONS, Kind, Section

Values = Mapping[str, tuple[str, ...]]
"""What stands in the fields of a form, by their names; several texts where boxes are ticked."""

Tree = dict[str, Any]

_ABSENT = object()
_ITEM = re.compile(r"(rules|review\.team)\.([A-Za-z0-9_-]{1,20})\.([a-z_.]+)")


def written(section: Section, settings: ProjectSettings) -> Values:
    """The fields of a section as settings fill them."""
    tree = settings.model_dump(mode="json", exclude_none=True, context=READABLE)
    short = settings.model_dump(mode="json", exclude_defaults=True, context=READABLE)
    for rule, said in zip(tree["rules"], short.get("rules", ()), strict=False):
        _leave_out_usual(rule, said)
    found: dict[str, tuple[str, ...]] = {}
    for name, kind in _fields(section, tree).items():
        if texts := _texts(kind, _at(tree, name)):
            found[name] = texts
    return found


def posted(section: Section, form: MultiDict[str, str]) -> Values:
    """The fields of a section as a browser sent them, items of lists numbered in their order."""
    places: dict[tuple[str, str], int] = {}
    found: dict[str, tuple[str, ...]] = {}
    for name, texts in form.lists():
        if (item := _ITEM.fullmatch(name)) and item[1] in SECTIONS[section].lists:
            if item[3] in LISTS[item[1]] and _is_wanted(item[1], item[2], form):
                before = sum(kept == item[1] for kept, _ in places)
                place = places.setdefault((item[1], item[2]), before)
                found[f"{item[1]}.{place}.{item[3]}"] = tuple(texts)
        elif name in SECTIONS[section].fields:
            found[name] = tuple(texts)
    return found


def merged(section: Section, settings: ProjectSettings, values: Values) -> Tree:
    """Settings as plain values, one section of them replaced by what stands in a form."""
    tree: Tree = settings.model_dump(mode="json", exclude_defaults=True)
    for name, kind in SECTIONS[section].fields.items():
        _put(tree, name, _read(kind, values.get(name, ())))
    for name in SECTIONS[section].lists:
        _put(tree, name, _items(name, values) or _ABSENT)
    return _settled(tree)


def brought_forward(
    section: Section, values: Values, before: ProjectSettings, after: ProjectSettings
) -> Values:
    """A form that was made from settings `before`, once they are as they are `after`.

    What was typed stays; a field, or a list, that was left as it was follows the settings.
    """
    was, now, found = written(section, before), written(section, after), dict(values)
    for name, kind in SECTIONS[section].fields.items():
        if _read(kind, values.get(name, ())) == _read(kind, was.get(name, ())):
            found[name] = now.get(name, ())
    for name in SECTIONS[section].lists:
        if _items(name, values) == _items(name, was):
            found = {each: texts for each, texts in found.items() if not _is_of(name, each)}
            found |= {each: texts for each, texts in now.items() if _is_of(name, each)}
    return found


def items_in(name: str, values: Values) -> int:
    """How many items of a list a form has."""
    start = len(name) + 1
    return len({each[start:].partition(".")[0] for each in values if _is_of(name, each)})


def _is_of(name: str, field: str) -> bool:
    return field.startswith(f"{name}.")


def _is_wanted(name: str, key: str, form: MultiDict[str, str]) -> bool:
    """Whether an item is in its list: of people, those are whose box is ticked."""
    return name == "rules" or f"{name}.{key}.reviewer" in form


def _fields(section: Section, tree: Tree) -> dict[str, Kind]:
    """Every field that a section has, with one of each for every item of its lists."""
    found = dict(SECTIONS[section].fields)
    for name in SECTIONS[section].lists:
        for place in range(len(_at(tree, name) or ())):
            found |= {f"{name}.{place}.{leaf}": kind for leaf, kind in LISTS[name].items()}
    return found


def _leave_out_usual(rule: Tree, said: Tree) -> None:
    """Take out of a rule what it need not say: shown, it would look like a wish of somebody's."""
    when = rule.get("when", {})
    for name in ("at_least", "top_only"):
        if name not in said.get("when", {}):
            when.pop(name, None)
    when["no_class"] = when.get("classes") == []


def _items(name: str, values: Values) -> list[Tree]:
    return [_item(name, place, values) for place in range(items_in(name, values))]


def _item(name: str, place: int, values: Values) -> Tree:
    """One item of a list as plain values."""
    item: Tree = {}
    for leaf, kind in LISTS[name].items():
        _put(item, leaf, _read(kind, values.get(f"{name}.{place}.{leaf}", ())))
    return _settled_rule(item) if name == "rules" else item


def _settled_rule(rule: Tree) -> Tree:
    when = rule.get("when", {})
    if when.pop("no_class", False):
        when.setdefault("classes", [])
    uncertainty = when.get("uncertainty", {})
    if not uncertainty.keys() & {"measure", "above"}:
        when.pop("uncertainty", None)  # how it is summed up says nothing alone
    if not when:
        rule.pop("when", None)
    return rule


def _settled(tree: Tree) -> Tree:
    near = tree.get("near_duplicates")
    if near and "within" not in near:
        del tree["near_duplicates"]  # the field says that this turns it off
    return tree


def _at(tree: Tree, name: str) -> Any:  # noqa: ANN401  any setting
    value: Any = tree
    for step in name.split("."):
        value = value[int(step)] if isinstance(value, list) else (value or {}).get(step)
    return value


def _put(tree: Tree, name: str, value: object) -> None:
    """Set a value deep in a tree, or take it out; mappings that get empty go too."""
    step, _, rest = name.partition(".")
    if not rest:
        if value is _ABSENT:
            tree.pop(step, None)
        else:
            tree[step] = deepcopy(value)
        return
    below = tree.setdefault(step, {})
    _put(below, rest, value)
    if not below:
        del tree[step]


def _texts(kind: Kind, value: object) -> tuple[str, ...]:
    """A value as it stands in a field; nothing where the field is empty."""
    if value is None or (value is False and kind == "flag"):
        return ()
    if isinstance(value, list):
        return tuple(value) if kind == "names" else (", ".join(value),) if value else ()
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def _read(kind: Kind, texts: Iterable[str]) -> object:
    """What stands in a field as a plain value, the way it is read from a settings' file."""
    given = [text for text in texts if text.strip()]
    if not given and kind != "flag":
        return _ABSENT
    return _READ[kind](given)


_READ: dict[Kind, Callable[[list[str]], object]] = {
    "text": lambda given: given[0],
    "value": lambda given: scalar(given[0].strip()),
    "flag": bool,
    "names": list,
    "tags": lambda given: [tag.strip() for tag in given[0].split(",") if tag.strip()],
}
