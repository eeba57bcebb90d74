"""Pascal VOC: http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf, one XML an image.

    JPEGImages/<image_id>.jpg
    Annotations/<image_id>.xml      without `<object>` for an image without objects
    ImageSets/Main/<split>.txt      image ids, one a line

Corners are whole pixels counted from 1, both of them inside the box, as the devkit has them.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from plugin.domain.prediction import Box
from plugin.training_set.examples import Example
from plugin.training_set.formats.contents import SPLITS, Contents, File

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


def write(contents: Contents) -> Iterator[File]:
    """A version as Pascal VOC."""
    names: dict[str, list[str]] = {split: [] for split in SPLITS}
    for example in contents.examples():
        names[example.split].append(example.image_id)
        image = contents.image(example)
        yield File(f"JPEGImages/{example.file_name}", image)
        yield File(f"Annotations/{example.image_id}.xml", _annotation(contents, example))
    for split, found in names.items():
        yield File(f"ImageSets/Main/{split}.txt", "".join(f"{name}\n" for name in found).encode())


def _annotation(contents: Contents, example: Example) -> bytes:
    root = Element("annotation")
    _add(root, "folder", "JPEGImages")
    _add(root, "filename", example.file_name)
    source = SubElement(root, "source")
    _add(source, "database", f"{contents.project}, version {contents.version}")
    size = SubElement(root, "size")
    for name, number in (("width", example.width), ("height", example.height), ("depth", 3)):
        _add(size, name, str(number))
    _add(root, "segmented", "0")
    for box in example.truth.boxes:
        _add_object(root, box, example)
    indent(root)
    encoded: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return encoded


def _add_object(root: Element, box: Box, example: Example) -> None:
    found = SubElement(root, "object")
    _add(found, "name", _NOT_XML.sub("\ufffd", box.class_name))
    _add(found, "pose", "Unspecified")
    _add(found, "truncated", "0")
    _add(found, "difficult", "0")
    bounds = SubElement(found, "bndbox")
    x1, y1, x2, y2 = box.xyxy
    left, right = _whole(x1, x2, example.width)
    top, bottom = _whole(y1, y2, example.height)
    for name, number in (("xmin", left), ("ymin", top), ("xmax", right), ("ymax", bottom)):
        _add(bounds, name, str(number))


def _whole(low: float, high: float, side: int) -> tuple[int, int]:
    """The first and the last pixel of a range, from 1; at least one pixel."""
    first = min(round(low) + 1, side)
    return first, max(first, round(high))


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
