"""Predictions in every format, and the masks inside them."""

import json
from collections.abc import Iterator
from zlib import crc32

import msgspec
import numpy as np

from plugin.domain import rle
from plugin.domain.prediction import Rle, TaskType
from plugin.formats import brush_rle
from plugin.formats.label_studio import decode_annotation
from plugin.formats.predictions import FORMATS, Expected, decode_prediction
from tests.domain.format_samples import CASES, SAMPLES
from tests.fuzz.target import Parse, Target

TASKS = list(TaskType)
CLASSES = frozenset({"bolt", "dent", "scratch"})

_bitmap = np.zeros((12, 16), dtype=np.bool_)
_bitmap[3:9, 4:12] = True
_bitmap[5, 6] = False


def targets() -> Iterator[Target]:
    """One for each format by its name, one for a format that is recognised."""
    for name in FORMATS:
        samples = [_sample(name, sample) for known, sample in CASES if known == name]
        yield Target(f"prediction: {name}", _reading(name), samples, head=1)
    samples = [_sample(name, sample) for name, sample in CASES]
    yield Target("prediction, recognised", _reading(""), samples, head=1)
    yield Target("mask: COCO runs as text", _coco_text, _texts(), head=2, words=[b"P0", b"o", b"0"])
    yield Target("mask: COCO runs as numbers", _coco_numbers, [b"\x0c\x10[67, 6, 119]"], head=2)
    yield Target("mask: brush", _brush, [_packed(shape) for shape in ((12, 16), (1, 1))], head=2)
    yield Target("annotation of Label Studio", _annotation, _annotations())


def _sample(name: str, sample: str) -> bytes:
    task_type, prediction = SAMPLES[sample]
    encoded = FORMATS[name].encode(prediction, task_type)
    return bytes([TASKS.index(task_type)]) + msgspec.json.encode(encoded)


def _reading(name: str) -> Parse:
    def parse(data: bytes) -> None:
        task_type = TASKS[data[0] % len(TASKS)] if data else TASKS[0]
        expected = Expected(task_type, CLASSES if crc32(data) % 2 else None)
        prediction = decode_prediction(data[1:], expected, name)
        # What was accepted can be stored and read again, and shown.
        assert msgspec.json.decode(msgspec.json.encode(prediction), type=type(prediction))
        if prediction.width and prediction.height:
            FORMATS["label-studio"].encode(prediction, task_type)

    return parse


def _texts() -> list[bytes]:
    return [bytes(_bitmap.shape) + rle.encode(_bitmap).counts.encode()]


def _coco_text(data: bytes) -> None:
    height, width, counts = _sized(data)
    mask = Rle((height, width), counts.decode("latin-1"))
    bitmap = rle.decode(mask)
    assert bitmap.shape == (height, width)
    assert np.array_equal(rle.decode(rle.encode(bitmap)), bitmap)


def _coco_numbers(data: bytes) -> None:
    height, width, counts = _sized(data)
    decoded = FORMATS["coco"].decode(
        [{"category_name": "dent", "score": 1, "bbox": [0, 0, 1, 1],
          "segmentation": {"size": [height, width], "counts": _loaded(counts)}}],
        TaskType.INSTANCE_SEGMENTATION,
    )  # fmt: skip
    for box in decoded.boxes:
        assert box.mask is None or rle.decode(box.mask).shape == (height, width)


def _packed(shape: tuple[int, int]) -> bytes:
    return bytes(shape) + bytes(brush_rle.encode(_bitmap[: shape[0], : shape[1]]))


def _brush(data: bytes) -> None:
    height, width, packed = _sized(data)
    bitmap = brush_rle.decode(list(packed), height, width)
    again = brush_rle.decode(brush_rle.encode(bitmap), height, width)
    assert np.array_equal(again, bitmap)


def _sized(data: bytes) -> tuple[int, int, bytes]:
    padded = data.ljust(2, b"\0")
    return padded[0], padded[1], padded[2:]


def _loaded(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.decode("latin-1")


def _annotations() -> list[bytes]:
    drawn = [SAMPLES[sample] for name, sample in CASES if name == "label-studio"]
    found = [FORMATS["label-studio"].encode(each, task_type)["result"] for task_type, each in drawn]
    return [msgspec.json.encode(result) for result in found]


def _annotation(data: bytes) -> None:
    result = _loaded(data)
    decode_annotation(result if isinstance(result, list) else [result], 320, 240)  # type: ignore[list-item]
