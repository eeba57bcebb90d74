"""Text of settings, YAML or JSON, as plain values: in bounded time and memory, and back as YAML.

Of YAML this reads what people write in configurations. Numbers and truths are those of YAML 1.2's
core schema, so a class may be called `no` or `1:30`. Anchors, aliases and tags are refused: they
make a small text a huge value.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from plugin.domain.errors import FieldError, InvalidInputError

MAX_BYTES = 1_000_000
MAX_DEPTH = 16

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where it is built in
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"[-+]?[0-9]{1,40}")
_REAL = re.compile(
    r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:e[-+]?[0-9]{1,9})?|[-+]?\.inf|\.nan"
)

_ODD = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

Path = tuple[str | int, ...]


class _Pairs(list[tuple[str, Any]]):
    """A mapping as it was written, with what was written twice."""


def read_tree(text: str) -> tuple[Any, list[FieldError]]:
    """The value that a text stands for, and the keys in it that were given twice.

    Raises:
        InvalidInputError: it is too long, nested too deep, or neither YAML nor JSON.
    """
    _check_size(text)
    errors: list[FieldError] = []
    try:
        return _settled(_from_json(text), (), errors), errors
    except ValueError:  # not JSON, or a number that is longer than Python reads
        return _settled(_from_yaml(text.removeprefix("\ufeff")), (), errors), errors
    except RecursionError:
        raise _too_deep(()) from None


def _check_size(text: str) -> None:
    size = len(text)
    try:
        size = len(text.encode()) if size <= MAX_BYTES else size
    except UnicodeEncodeError as error:
        raise InvalidInputError(FieldError("settings", error.object[:9], "Unicode text")) from None
    if size > MAX_BYTES:
        raise InvalidInputError(FieldError("settings", size, f"at most {MAX_BYTES} bytes"))


def dotted(path: Path) -> str:
    """A path as people read it: `rules[1].when.confidence`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step[:60]}" for step in path)
    return "".join(steps).lstrip(".") or "settings"


def _from_json(text: str) -> Any:  # noqa: ANN401  any JSON
    if text.lstrip()[:1] not in {"{", "["}:
        raise ValueError("no JSON, or none that could be settings")
    return json.loads(text, object_pairs_hook=_Pairs)


def _settled(value: Any, path: Path, errors: list[FieldError]) -> Any:  # noqa: ANN401
    """Mappings as dicts; of a key given twice the first stays and the others are errors."""
    if not isinstance(value, list):
        return value
    if len(path) >= MAX_DEPTH:
        raise _too_deep(path)
    if not isinstance(value, _Pairs):
        return [_settled(each, (*path, index), errors) for index, each in enumerate(value)]
    found: dict[str, Any] = {}
    for key, each in value:
        if key in found:
            errors.append(FieldError(dotted((*path, key)), each, "each key once"))
        else:
            found[key] = _settled(each, (*path, key), errors)
    return found


def _from_yaml(text: str) -> Any:  # noqa: ANN401  any YAML
    try:
        events = yaml.parse(text, Loader=_LOADER)
        starts = [next(events, None), next(events, None)]  # of the stream and the document
        if not isinstance(starts[1], yaml.DocumentStartEvent):
            raise InvalidInputError(FieldError("settings", text, "settings; this is empty"))
        value = _value(next(events), events, ())
        if any(isinstance(event, yaml.DocumentStartEvent) for event in events):
            raise InvalidInputError(FieldError("settings", "---", "a single YAML document"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "settings"
        problem = FieldError(where, error.problem, "valid YAML or JSON")
        raise InvalidInputError(problem) from None
    except yaml.YAMLError as error:
        raise InvalidInputError(FieldError("settings", str(error), "valid YAML or JSON")) from None
    return value


def _value(event: Any, events: Iterator[Any], path: Path) -> Any:  # noqa: ANN401
    _refuse_features(event, path)
    if isinstance(event, yaml.ScalarEvent):
        return scalar(event.value) if event.implicit[0] else event.value
    if len(path) >= MAX_DEPTH:
        raise _too_deep(path)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, path)
    return _mapping(events, path)


def _sequence(events: Iterator[Any], path: Path) -> list[Any]:
    found: list[Any] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        found.append(_value(event, events, (*path, len(found))))
    return found


def _mapping(events: Iterator[Any], path: Path) -> _Pairs:
    found = _Pairs()
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        _refuse_features(key, path)
        if not isinstance(key, yaml.ScalarEvent):
            expected = "a name before each colon, no list or mapping"
            raise InvalidInputError(FieldError(dotted(path), "{…}: …", expected))
        found.append((key.value, _value(next(events), events, (*path, key.value))))
    return found


def _refuse_features(event: Any, path: Path) -> None:  # noqa: ANN401
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
        expected = "the value itself: anchors and aliases are not read"
        raise InvalidInputError(FieldError(dotted(path), f"{mark}{event.anchor}", expected))
    if event.tag is not None:
        raise InvalidInputError(FieldError(dotted(path), event.tag, "no tag: tags are not read"))


def _too_deep(path: Path) -> InvalidInputError:
    return InvalidInputError(
        FieldError(dotted(path), f"{MAX_DEPTH}+ levels", f"nesting of at most {MAX_DEPTH} levels")
    )


def scalar(written: str) -> object:
    """What an unquoted word stands for."""
    if (lower := written.lower()) in _WORDS:
        return _WORDS[lower]
    if _WHOLE.fullmatch(written):
        return int(written)
    return (
        float(lower.replace(".inf", "inf").replace(".nan", "nan"))
        if _REAL.fullmatch(lower)
        else written
    )


class _Inline(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """YAML as people write it: a line for each small thing, quotes only where they are needed."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002
        """Write the same value again wherever it occurs."""
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    if _ODD.search(value):
        style = '"'  # the only style that keeps every character
    elif "\n" in value:
        style = "|"
    else:
        style = "" if isinstance(scalar(value), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style or None)


def _inline(dumper: _Dumper, value: _Inline) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)


def _list(dumper: _Dumper, value: list[Any]) -> yaml.SequenceNode:
    inline = not any(type(each) is dict for each in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=inline)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Inline, _inline)
_Dumper.add_representer(list, _list)


def write_tree(tree: dict[str, Any]) -> str:
    """Plain values as YAML: mappings below the top, and below a list's items, on one line."""
    lines = {key: _folded(value) for key, value in tree.items()}
    return yaml.dump(
        lines, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100,
        default_flow_style=False,
    )  # fmt: skip


def _folded(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return _Inline(value)
    if isinstance(value, list):
        return [
            {key: _folded(each) for key, each in item.items()} if isinstance(item, dict) else item
            for item in value
        ]
    return value
