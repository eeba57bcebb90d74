"""Labelling configs of others: which task type, classes and colours a project of theirs has.

What we make of it is a config of our own (`label_configs`), so that it matters what is labelled and
with which words, and not how the tags are named.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from PIL import ImageColor

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import TaskType

Element = ElementTree.Element

MAX_CHARACTERS = 1_000_000

_BOXES, _OUTLINES, _POINTS, _CHOICES = "RectangleLabels", "outlines", "KeyPointLabels", "Choices"
_KINDS = {
    _BOXES: _BOXES, "PolygonLabels": _OUTLINES, "BrushLabels": _OUTLINES, _POINTS: _POINTS,
    _CHOICES: _CHOICES,
    # With these, the names stand in a tag of their own, `Labels`.
    "Rectangle": _BOXES, "Polygon": _OUTLINES, "Brush": _OUTLINES,
}  # fmt: skip
_HELPERS = frozenset({"Filter", "Labels", "Zoom", "MagicWand", "Shortcut", "Relations", "Relation"})
"""Tags that name an object, or others, and add nothing to what is labelled."""

_TYPES = {
    frozenset({_BOXES}): TaskType.OBJECT_DETECTION,
    frozenset({_OUTLINES}): TaskType.INSTANCE_SEGMENTATION,
    frozenset({_BOXES, _POINTS}): TaskType.KEYPOINT_DETECTION,
    frozenset({_CHOICES}): TaskType.CLASSIFICATION,
}

_EXPECTED = (
    "RectangleLabels, PolygonLabels or BrushLabels, RectangleLabels with KeyPointLabels, or one "
    "Choices; give the classes by --classes to go on without it"
)
_FIELD = "label_config"


class Labelled(NamedTuple):
    """What is labelled in a project; `shades` are colours (`#rrggbb`) by name, where given."""

    task_type: TaskType
    classes: tuple[str, ...]
    keypoints: tuple[str, ...]
    shades: Mapping[str, str]


def read_config(config: str) -> Labelled:
    """What a labelling config has people label.

    Raises:
        InvalidInputError: it is none, or we cannot express it; naming the tag.
    """
    view = _parsed(config)
    _check_objects(view)
    controls = list(_controls(view))
    kinds = frozenset(_KINDS[control.tag] for control in controls)
    task_type = _TYPES.get(kinds)
    if task_type is None:
        raise _refused(", ".join(each.tag for each in controls) or view.tag, _EXPECTED)
    if task_type is TaskType.CLASSIFICATION:
        task_type = _of_choices(controls)
    words = [*controls, *view.iter("Labels")]
    points = [each for each in words if each.tag == _POINTS]
    classes = _names(each for each in words if each.tag != _POINTS)
    keypoints = _names(points)
    for names, tag in ((classes, controls[0].tag), (keypoints, _POINTS)):
        if not names and (tag != _POINTS or points):
            raise _refused(
                tag, "names in it, as <Label> or <Choice>; names of each task are not read"
            )
    shades = _shades(words)
    return Labelled(task_type, tuple(classes), tuple(keypoints), shades)


def _parsed(config: str) -> Element:
    if len(config) > MAX_CHARACTERS:
        raise InvalidInputError(
            FieldError(_FIELD, len(config), f"at most {MAX_CHARACTERS} characters")
        )
    try:
        return ElementTree.fromstring(config)  # noqa: S314  of a server that we trust with the data
    except ElementTree.ParseError as error:
        raise InvalidInputError(FieldError(_FIELD, config[:80], f"XML ({error})")) from None


def _check_objects(view: Element) -> None:
    """Make sure that it is one image that is labelled."""
    controls = {each.get("toName") for each in view.iter() if each.get("toName")}
    objects = [each for each in view.iter() if each.get("name") in controls]
    shown = [each for each in objects if each.get("value") and not each.get("toName")]
    others = [each.tag for each in shown if each.tag != "Image"]
    if others:
        raise _refused(others[0], "an Image as what is labelled")
    if len(shown) != 1:
        raise _refused("Image", f"one Image that is labelled, not {len(shown)}")
    if shown[0].get("valueList"):
        raise _refused("Image valueList", "one image in a task")


def _controls(view: Element) -> Iterator[Element]:
    """Yield the tags by which something is labelled.

    Raises:
        InvalidInputError: there is one that has no counterpart in our configs.
    """
    for each in view.iter():
        if each.get("toName") is None or each.tag in _HELPERS:
            continue
        if each.tag not in _KINDS:
            raise _refused(each.tag, _EXPECTED)
        if each.get("perRegion") == "true":
            raise _refused(f"{each.tag} perRegion", _EXPECTED)
        yield each


def _of_choices(controls: Sequence[Element]) -> TaskType:
    if len(controls) > 1:
        raise _refused("Choices", "one Choices; each of several questions is a project of its own")
    if any(choice.find("Choice") is not None for choice in controls[0].iter("Choice")):
        raise _refused("Choice in Choice", "choices without others below them")
    if controls[0].get("choice") == "multiple":
        return TaskType.MULTI_LABEL_CLASSIFICATION
    return TaskType.CLASSIFICATION


def _names(controls: Iterator[Element] | Sequence[Element]) -> list[str]:
    """The names that controls offer, each once: as annotations have them, which is the alias."""
    found = (_name(label) for control in controls for label in _offered(control))
    return list(dict.fromkeys(filter(None, found)))


def _shades(controls: Sequence[Element]) -> dict[str, str]:
    found: dict[str, str] = {}
    for label in (label for control in controls for label in _offered(control)):
        name, shade = _name(label), _hex(label.get("background") or "")
        if name and shade:
            found.setdefault(name, shade)
    return found


def _hex(colour: str) -> str:
    """A colour of CSS, a name perhaps, as `#rrggbb`; "" where it is none."""
    try:
        red, green, blue, *_ = ImageColor.getrgb(colour)
    except ValueError:
        return ""
    return f"#{red:02x}{green:02x}{blue:02x}"


def _offered(control: Element) -> Iterator[Element]:
    return (each for each in control.iter() if each.tag in {"Label", "Choice"})


def _name(label: Element) -> str:
    return (label.get("alias") or label.get("value") or "").strip()


def _refused(tag: str, expected: str) -> InvalidInputError:
    return InvalidInputError(FieldError(_FIELD, f"<{tag}>", expected))
