"""What is wrong with a setting in plain words, with a hint where one can be had."""

import re
from collections.abc import Callable
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic_core import ErrorDetails

from plugin.domain.errors import FieldError
from plugin.domain.fields import PATTERNS, did_you_mean
from plugin.domain.settings import ProjectSettings
from plugin.settings_text import Path, dotted


class _Nothing:
    """What stands where a value is missing."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()


def field_error(error: ErrorDetails) -> FieldError:
    """An error of pydantic's as one of ours."""
    kind, context = error["type"], error.get("ctx", {})
    value: object = NOTHING if kind == "missing" else error["input"]
    if kind in {"too_long", "too_short"}:
        value = f"{_size(value)} items"
    if kind == "string_too_long":
        value = f"{_size(value)} characters"
    say = _EXPECTED.get(kind)
    return FieldError(dotted(error["loc"]), value, say(error, context) if say else error["msg"])


_Say = Callable[[ErrorDetails, dict[str, Any]], str]


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple | dict) else 0


def _choices(error: ErrorDetails, context: dict[str, Any]) -> str:
    choices = re.findall(r"'([^']*)'", context["expected"])
    return f"one of {', '.join(choices)}{did_you_mean(error['input'], choices)}"


def _known_key(error: ErrorDetails, _: dict[str, Any]) -> str:
    place = error["loc"]
    keys = _keys(place[:-1])
    hint = did_you_mean(place[-1], keys)
    return f"a known key{hint}" if hint else f"one of the keys {', '.join(keys)}"


def _text(error: ErrorDetails, _: dict[str, Any]) -> str:
    value = error["input"]
    if isinstance(value, int | float):
        written = str(value).lower() if isinstance(value, bool) else str(value)
        return f'text; did you mean "{written}", in quotes?'
    return "text"


def _mapping(error: ErrorDetails, _: dict[str, Any]) -> str:
    return f"a mapping of {', '.join(_keys(error['loc']))}"


def _list(error: ErrorDetails, _: dict[str, Any]) -> str:
    value = error["input"]
    return f"a list; did you mean [{value[:40]}]?" if isinstance(value, str) else "a list"


def _count_of(word: str, key: str, unit: str) -> _Say:
    return lambda _, context: f"{word} {context[key]} {unit}"


def _bound(word: str, key: str) -> _Say:
    return lambda _, context: f"{word} {context[key]}"


def _always(expected: str) -> _Say:
    return lambda _, __: expected


_EXPECTED: dict[str, _Say] = {
    "expected": lambda error, _: error["msg"],
    "missing": _always("a value: this is required"),
    "extra_forbidden": _known_key,
    "string_type": _text,
    "string_unicode": _always("text in Unicode"),
    "string_pattern_mismatch": lambda _, context: PATTERNS[context["pattern"]],
    "string_too_short": _always("some text"),
    "string_too_long": _count_of("at most", "max_length", "characters"),
    "literal_error": _choices,
    "enum": _choices,
    "model_type": _mapping,
    "tuple_type": _list,
    "too_long": _count_of("at most", "max_length", "items"),
    "too_short": _count_of("at least", "min_length", "item"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than_equal": _bound("at most", "le"),
    "greater_than": _bound("more than", "gt"),
    "less_than": _bound("less than", "lt"),
} | dict.fromkeys(
    ("int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"),
    _always("a whole number"),
) | dict.fromkeys(("bool_type", "bool_parsing"), _always("true or false"))  # fmt: skip


def _keys(place: Path) -> list[str]:
    """The keys that are known at a place."""
    kind: Any = ProjectSettings
    for step in place:
        if isinstance(step, str):
            kind = _model(kind.model_fields[step].annotation)
    return list(kind.model_fields)


def _model(annotation: Any) -> Any:  # noqa: ANN401  whatever may annotate a field
    """The model inside `Model | None` or `tuple[Model, ...]`."""
    if get_origin(annotation) in {Union, UnionType, tuple}:
        return next(
            each for each in map(_model, get_args(annotation)) if hasattr(each, "model_fields")
        )
    return annotation
