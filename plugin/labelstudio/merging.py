"""A batch's labelling config belongs to its reviewers: ours only adds what a prediction needs."""

from collections.abc import Callable, Mapping, Sequence
from xml.etree import ElementTree

from plugin.domain.colours import colours
from plugin.labelstudio.label_configs import add_labels, controls, label_tag

Shades = Callable[[Sequence[str]], Mapping[str, str]]
"""Says the colours (`#rrggbb`) of classes and keypoints."""


def merge(
    config: str,
    classes: Sequence[str],
    keypoints: Sequence[str] = (),
    shades: Shades = colours,
    *,
    can_turn: bool = False,
) -> str:
    """A labelling config as it is in Label Studio, with the classes and keypoints it lacks.

    Nothing else is changed. A config that lacks nothing, or has no control of ours to put them
    into, comes back as it was.

    Args:
        config: what a person may have edited.
        classes: what objects or images may be labelled as.
        keypoints: names of points, for keypoint detection.
        shades: asked for the colours of those that are added.
        can_turn: whether reviewers must be able to turn rectangles.
    """
    try:
        view = ElementTree.fromstring(config)  # noqa: S314  of a server that we trust with the data
    except ElementTree.ParseError:
        return config
    added = [
        _add_missing(control, names, shades)
        for control, names in controls(view, classes, keypoints)
    ]
    if can_turn:
        added += [_let_turn(control) for control, _ in controls(view, (), ())]
    return ElementTree.tostring(view, encoding="unicode") if any(added) else config


def _add_missing(control: ElementTree.Element, names: Sequence[str], shades: Shades) -> bool:
    known = {each.get("value") for each in control.iter(label_tag(control))}
    missing = [name for name in names if name not in known]
    if missing:
        add_labels(control, shades(missing))
    return bool(missing)


def _let_turn(control: ElementTree.Element) -> bool:
    if control.tag != "RectangleLabels" or control.get("canRotate", "true") == "true":
        return False
    control.set("canRotate", "true")
    return True
