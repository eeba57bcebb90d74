"""Masks as PNG, for semantic and instance segmentation.

    images/<split>/<image_id>.jpg
    masks/<split>/<image_id>.png        a pixel's value is its class, from 1; 0 is background
    instances/<split>/<image_id>.png    16 bit; a pixel's value is its object, from 1; 0 is none
    classes.csv                         value, name

Masks have 8 bits and a palette (that of Pascal VOC), 16 bits where there are more than 255 classes.
Where objects overlap, the one with the smaller box is seen. A pixel belongs to what its centre lies
in, so an object narrower than a pixel may have none.
"""

from collections.abc import Iterator
from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from plugin.domain.prediction import Box
from plugin.training_set.examples import Example
from plugin.training_set.formats.contents import Contents, File, image_file
from plugin.training_set.formats.outlines import bitmap_of
from plugin.training_set.formats.tables import table

Values = NDArray[np.uint16]

MAX_8_BIT = 255


def write(contents: Contents) -> Iterator[File]:
    """A version as masks."""
    indices = contents.class_indices
    has_palette = len(indices) <= MAX_8_BIT
    for example in contents.examples():
        classes, objects = _painted(example, indices)
        place = f"{example.split}/{example.image_id}.png"
        yield image_file(contents, example)
        yield File(f"masks/{place}", _with_palette(classes) if has_palette else _png(classes))
        yield File(f"instances/{place}", _png(objects))
    rows = ((index + 1, name) for name, index in indices.items())
    yield File("classes.csv", table([("value", "name"), (0, ""), *rows]))


def _painted(example: Example, indices: dict[str, int]) -> tuple[Values, Values]:
    """The class and the object of every pixel; large objects are painted first."""
    width, height = example.width, example.height
    classes, objects = np.zeros((2, height, width), dtype=np.uint16)
    numbered = enumerate(example.truth.boxes, start=1)
    for number, box in sorted(numbered, key=lambda each: _area(each[1]), reverse=True):
        bitmap = bitmap_of(box, width, height)
        classes[bitmap] = indices[box.class_name] + 1
        objects[bitmap] = number
    return classes, objects


def _area(box: Box) -> float:
    x1, y1, x2, y2 = box.xyxy
    return (x2 - x1) * (y2 - y1)


def _with_palette(values: Values) -> bytes:
    image = Image.fromarray(values.astype(np.uint8))
    image.putpalette(_voc_palette())
    return _saved(image)


def _png(values: Values) -> bytes:
    return _saved(Image.fromarray(values))


def _saved(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@cache
def _voc_palette() -> list[int]:
    """Red, green and blue of 256 values: the bits of a value, spread from the highest on."""
    return [
        sum(((value >> (3 * bit + channel)) & 1) << (7 - bit) for bit in range(3))
        for value in range(256)
        for channel in range(3)
    ]
