"""What a model predicted, as shapes that are drawn over its image.

Coordinates are pixels of the original image. What is drawn are SVG's attributes, because our
Content-Security-Policy forbids styles in the page.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from operator import attrgetter

import numpy as np
from PIL import Image, ImageColor

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import Box, Keypoint, Prediction, Rle
from plugin.domain.rle import decode, resized

MAX_SHAPES = 200
"""Of one image, the most confident ones: a page stays quick whatever a model answers."""

MAX_MASKS = 30
"""Of one image that are drawn as masks; the others are drawn as their boxes."""

MASK_SIDE = 480
"""Pixels of a mask's longer side: more is not seen on a screen."""

MASK_OPACITY = 110  # of 255
GREY = "#8a8a8a"


@dataclass(frozen=True, slots=True)
class Shape:
    """One object: its corner and size, its outline (`points` of SVG) or mask (a data URI)."""

    title: str
    colour: str
    x: float
    y: float
    width: float
    height: float
    points: str = ""
    mask: str = ""
    dots: tuple[Keypoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """An image of `width` x `height` pixels, and what is drawn over it, largest first."""

    width: int
    height: int
    shapes: tuple[Shape, ...]


def drawing_of(
    prediction: Prediction, colours: Mapping[str, str], *, with_masks: bool = False
) -> Drawing:
    """The shapes of a prediction; `colours` (`#rrggbb`) by class name, grey where it has none."""
    boxes = sorted(prediction.boxes, key=attrgetter("confidence"), reverse=True)[:MAX_SHAPES]
    masked = {id(box) for box in boxes[:MAX_MASKS] if with_masks}
    shapes = [_shape(box, colours, with_mask=id(box) in masked) for box in boxes]
    shapes.sort(key=lambda shape: shape.width * shape.height, reverse=True)
    return Drawing(prediction.width, prediction.height, tuple(shapes))


def classes_in(prediction: Prediction) -> list[str]:
    """Every class that is drawn or named, once."""
    drawn = [box.class_name for box in prediction.boxes]
    return list(dict.fromkeys([*drawn, *(label.class_name for label in prediction.labels)]))


def _shape(box: Box, colours: Mapping[str, str], *, with_mask: bool) -> Shape:
    left, top, right, bottom = box.xyxy
    colour = colours.get(box.class_name, GREY)
    return Shape(
        title=f"{box.class_name} {box.confidence:.0%}",
        colour=colour,
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        points=" ".join(f"{x:g},{y:g}" for x, y in box.polygon),
        mask=_picture(box.mask, colour) if with_mask and box.mask else "",
        dots=box.keypoints,
    )


def _picture(mask: Rle, colour: str) -> str:
    """A mask as a PNG in a data URI, clear where it is not; "" where it cannot be read."""
    try:
        bitmap = decode(mask)
    except InvalidInputError:
        return ""  # its box is drawn; that the mask is broken was said when it was posted
    scale = min(1.0, MASK_SIDE / max(bitmap.shape))
    small = resized(bitmap, *(max(1, round(side * scale)) for side in bitmap.shape))
    pixels = np.zeros((*small.shape, 4), dtype=np.uint8)
    pixels[small] = (*ImageColor.getrgb(colour)[:3], MASK_OPACITY)
    out = BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG")
    return f"data:image/png;base64,{b64encode(out.getvalue()).decode()}"
