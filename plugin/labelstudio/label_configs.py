"""Labelling configs: the template of a task type with a project's classes in it."""

from collections.abc import Sequence
from xml.etree import ElementTree

from xxhash import xxh3_64_intdigest

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

_PALETTE = (
    "#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#00a0a0", "#f032e6", "#7fb800",
    "#ff6f91", "#00806a", "#8f6fff", "#9a6324", "#d4a000", "#a01020", "#1fa860", "#7a7a00",
    "#ff5533", "#1a3fa0", "#1fa0e0", "#c06090", "#508020", "#b05fd0", "#e08000", "#008fbf",
)  # fmt: skip


def render(task_type: TaskType, classes: Sequence[str], keypoints: Sequence[str] = ()) -> str:
    """The labelling config of a project, as the XML that Label Studio takes.

    Args:
        task_type: chooses the template.
        classes: what objects or images may be labelled as.
        keypoints: names of points, for keypoint detection.
    """
    template = (label_config_folder() / f"{task_type}.xml").read_text()
    view = ElementTree.fromstring(template)  # noqa: S314  our own file
    for name, labels in ((CONTROL, classes), (MASKS, classes), (POINTS, keypoints)):
        control = view.find(f".//*[@name='{name}']")
        if control is not None:
            _fill(control, labels)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode")


def _fill(control: ElementTree.Element, labels: Sequence[str]) -> None:
    tag = "Choice" if control.tag == "Choices" else "Label"
    for name, background in colours(labels).items():
        ElementTree.SubElement(control, tag, value=name, background=background)


def colours(classes: Sequence[str]) -> dict[str, str]:
    """A colour (`#rrggbb`) per class: by a hash of its name, or the next one free.

    A class keeps its colour when others are added behind it.
    """
    found: dict[str, str] = {}
    for name in classes:
        start = xxh3_64_intdigest(name.encode())
        turns = (_PALETTE[(start + step) % len(_PALETTE)] for step in range(len(_PALETTE)))
        taken = set(found.values())
        found[name] = next(
            (each for each in turns if each not in taken), _PALETTE[start % len(_PALETTE)]
        )
    return found
