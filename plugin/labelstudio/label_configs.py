"""Labelling configs: the template of a task type with a project's classes in it."""

from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree

from plugin.domain.colours import colours
from plugin.domain.prediction import TaskType
from plugin.resources import label_config_folder

CONTROL = "label"
"""Name of the control tag of boxes, outlines or choices in every template (`from_name`)."""

MASKS = f"{CONTROL}-mask"
"""Name of the control tag of painted masks."""

POINTS = f"{CONTROL}-points"
"""Name of the control tag of keypoints."""

OBJECT = "image"
"""Name of the object tag in every template: what a region's `to_name` refers to."""

STRIP = "lsal-strip"
"""Class name of the view that holds the controls, above the image: it stays while one scrolls."""

FILTERED = 15
"""Controls with more names than this have a field to find one by."""

_ROW, _MARGINS, _LINE = 34, 28, 760
"""Pixels, in a window 1360 wide: a row of labels, what is around the rows, how long a row is."""

_CHARACTER, _CHIP = 8, 54
"""Pixels that a label takes for each character, and around them."""

_AROUND, _HIGHEST = 130, 190
"""Pixels of a window's height that are neither image nor controls, and that the controls may have
at most (the templates say it too): the image takes what is left, and never less than a third."""


def render(
    task_type: TaskType,
    classes: Sequence[str],
    keypoints: Sequence[str] = (),
    shades: Mapping[str, str] | None = None,
) -> str:
    """The labelling config of a project, as the XML that Label Studio takes.

    Args:
        task_type: chooses the template.
        classes: what objects or images may be labelled as.
        keypoints: names of points, for keypoint detection.
        shades: colours (`#rrggbb`) that classes and keypoints have already.
    """
    template = (label_config_folder() / f"{task_type}.xml").read_text()
    view = ElementTree.fromstring(template)  # noqa: S314  our own file
    backgrounds = colours((*classes, *keypoints), shades)
    height = 0
    for control, labels in controls(view, classes, keypoints):
        add_labels(control, {name: backgrounds[name] for name in labels})
        height += _MARGINS + _ROW * _rows(labels)
    strip = view.find(f".//*[@className='{STRIP}']")
    if strip is not None and len(classes) > FILTERED:
        strip.insert(0, _filter())
        height += _ROW
    for image in view.iter("Image"):
        taken = _AROUND + min(height, _HIGHEST)
        image.set("maxHeight", f"max(33vh, calc(100vh - {taken}px))")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode")


def controls(
    view: ElementTree.Element, classes: Sequence[str], keypoints: Sequence[str]
) -> Iterator[tuple[ElementTree.Element, Sequence[str]]]:
    """Yield the controls of ours that a labelling config has, each with the names it offers."""
    for name, labels in ((CONTROL, classes), (MASKS, classes), (POINTS, keypoints)):
        control = view.find(f".//*[@name='{name}']")
        if control is not None:
            yield control, labels


def label_tag(control: ElementTree.Element) -> str:
    """The tag of what a control offers."""
    return "Choice" if control.tag == "Choices" else "Label"


def add_labels(control: ElementTree.Element, backgrounds: Mapping[str, str]) -> None:
    """Have a control offer names, each in its colour."""
    for name, background in backgrounds.items():
        ElementTree.SubElement(control, label_tag(control), value=name, background=background)


def _rows(labels: Sequence[str]) -> int:
    """How many rows of labels there are, at most, in a window that is not small."""
    rows, used = 1, 0
    for name in labels:
        width = min(_LINE, _CHARACTER * len(name) + _CHIP)
        if used + width > _LINE:
            rows, used = rows + 1, 0
        used += width
    return rows


def _filter() -> ElementTree.Element:
    return ElementTree.Element(
        "Filter", name="filter", toName=CONTROL, minlength="0", hotkey="shift+f",
        placeholder="Find a class (Shift+F)",
    )  # fmt: skip
