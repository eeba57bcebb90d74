"""Reading decoded JSON that nobody vouches for: every fault with its path, never another error."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Annotated, Any, Never, TypeVar

import msgspec

from plugin.domain.checking import MAX_BOXES, MAX_SIDE
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import XYXY, Label, Point, TaskType

S = TypeVar("S")
T = TypeVar("T")

ROOT = "prediction"
"""What the path of every fault begins with."""

MAX_FAULTS = 100
"""Faults that are named at most; a thousand wrong boxes need no thousand sentences."""

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding with msgspec raises: not the JSON of that type, text in another encoding, nesting
without end."""

MAX_LABELS = 10_000
"""Classes of one image that are read at most."""

NO_KEYPOINTS = {TaskType.OBJECT_DETECTION, TaskType.INSTANCE_SEGMENTATION}
NO_OUTLINES = {TaskType.OBJECT_DETECTION, TaskType.KEYPOINT_DETECTION}

Side = Annotated[float, msgspec.Meta(ge=0, le=MAX_SIDE)] | None
"""A side of an image (pixels); absent where the model did not say."""

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_JSON_NAMES = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def refuse(field: str, value: object, expected: str) -> Never:
    """Raise the one fault that was found.

    Raises:
        InvalidInputError: always.
    """
    raise InvalidInputError(FieldError(field, brief(value), expected))


def brief(value: object) -> object:
    """A value short enough for an error: one may be megabytes, or a thousand lists deep."""
    if isinstance(value, str):
        return value[:80]
    if isinstance(value, (list, tuple, dict)):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    if isinstance(value, msgspec.Struct):
        return "an object"
    if isinstance(value, int) and value.bit_length() > 64:
        return "an integer of more than 64 bits"
    return value


def read(data: object, kind: type[T], path: str = ROOT, *, strict: bool = True) -> T:
    """Decoded JSON as a typed Struct (or any type that msgspec knows); other fields are ignored.

    Args:
        data: decoded JSON.
        kind: what it should be.
        path: where it is.
        strict: numbers are numbers; otherwise texts of numbers are as good, as from a CSV file.

    Raises:
        InvalidInputError: a field is missing or of a wrong type; msgspec stops at the first.
    """
    try:
        return msgspec.convert(data, kind, strict=strict)
    except msgspec.ValidationError as error:
        raise InvalidInputError(_fault(str(error), data, path)) from None
    except RecursionError:
        return refuse(path, None, "JSON that is not nested so deep")
    except UnicodeEncodeError:  # half a character, which the JSON of others may hold
        return refuse(path, None, "Unicode text")


def _fault(said: str, data: object, path: str) -> FieldError:
    # msgspec says "Expected `str`, got `int` - at `$.a[0].b`", or "… missing required field `b` …".
    said, _, place = said.partition(" - at ")
    place = place.strip("`").removeprefix("$")
    if said.startswith("Object missing required field"):
        return FieldError(under(path, f"{place}.{said.split('`')[1]}"), None, "this field")
    expected = said.partition(", got")[0].removeprefix("Expected ")
    return FieldError(under(path, place), brief(_found(data, place)), _in_words(expected))


def _in_words(expected: str) -> str:
    return re.sub(r"`([a-z]+)( \| null)?`", _word, expected).replace("`", "")


def _word(match: re.Match[str]) -> str:
    return _JSON_NAMES.get(match[1], match[1]) + (" or null" if match[2] else "")


def _found(data: object, place: str) -> object:
    found: Any = data
    for name, index in _STEP.findall(place):
        try:
            found = found[name or int(index)]
        except (LookupError, TypeError):
            return None
    return found


def under(path: str, field: str) -> str:
    """The path of a field below another: `a` and `[3].b` make `a[3].b`, `a` and `b` make `a.b`."""
    field = field.removeprefix(".")
    if not path:
        return field
    return f"{path}{field}" if not field or field.startswith("[") else f"{path}.{field}"


def read_rows(rows: object, path: str, build: Callable[[object], T]) -> tuple[T, ...]:
    """Build one thing of each row, and say what is wrong with all of them at once.

    Args:
        rows: what should be a list of at most `MAX_BOXES`.
        path: of that list; its rows are `path[0]`, `path[1]` …
        build: raises InvalidInputError with paths that begin at the row (`width`, or nothing).

    Raises:
        InvalidInputError: with the faults of every row, at most `MAX_FAULTS`.
    """
    if not isinstance(rows, list):
        refuse(path, rows, "a list")
    if len(rows) > MAX_BOXES:
        refuse(path, len(rows), f"at most {MAX_BOXES} in one image")
    return build_rows(rows, path, build)


def build_rows(rows: Sequence[S], path: str, build: Callable[[S], T]) -> tuple[T, ...]:
    """As `read_rows`, of rows that are read already."""
    built: list[T] = []
    errors: list[FieldError] = []
    for index, row in enumerate(rows):
        try:
            built.append(build(row))
        except InvalidInputError as error:
            errors += at(f"{path}[{index}]", error.errors)
        if len(errors) >= MAX_FAULTS:
            break
    if errors:
        raise InvalidInputError(*errors[:MAX_FAULTS])
    return tuple(built)


def at(path: str, errors: Iterable[FieldError]) -> list[FieldError]:
    """The same faults, their paths begun at `path`."""
    return [FieldError(under(path, each.field), each.value, each.expected) for each in errors]


def side(value: float | None) -> int:
    """A side of an image in whole pixels, 0 where it is not known."""
    return int(value) if value is not None and isfinite(value) else 0


def around(points: Iterable[Point]) -> XYXY:
    """The upright box around points (of which there is at least one)."""
    xs, ys = zip(*points, strict=True)
    return float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys))


def best_of(scores: Mapping[str, float]) -> tuple[Label, ...]:
    """The top class of an image; none where there are no scores."""
    if not scores:
        return ()
    name = max(scores, key=lambda each: scores[each])
    return (Label(name, scores[name]),)


def refuse_unless_none(field: str, value: object, task_type: str) -> None:
    """Refuse what a payload of another task type holds; what is empty contradicts nothing.

    Raises:
        InvalidInputError: there is something in that field.
    """
    if value is not None and value not in ([], {}, "", ()):
        refuse(field, value, f"none in {task_type}")


def refuse_extras(task_type: TaskType, outlines: Mapping[str, object], keypoints: object) -> None:
    """Refuse the outlines (by field) and keypoints of an object that its task type has not.

    Raises:
        InvalidInputError: there is something in one of those fields.
    """
    if task_type in NO_OUTLINES:
        for field, value in outlines.items():
            refuse_unless_none(field, value, task_type)
    if task_type in NO_KEYPOINTS:
        refuse_unless_none("keypoints", keypoints, task_type)


def refuse_labels(task_type: TaskType, name: str, path: str = ROOT) -> None:
    """Refuse a task type without boxes, for a format that has nothing else.

    Raises:
        InvalidInputError: the task type is a classification.
    """
    if not task_type.has_boxes:
        refuse(path, name, f"a format that knows {task_type}")


def class_ids(names: Iterable[str]) -> dict[str, int]:
    """An id per name, from 0 by the alphabet, for formats that want one."""
    return {name: index for index, name in enumerate(sorted(set(names)))}
