"""Whatever is posted, a parser raises nothing but its own error."""

import msgspec
import pytest
from hypothesis import given
from hypothesis.strategies import (
    SearchStrategy,
    binary,
    booleans,
    builds,
    dictionaries,
    floats,
    integers,
    lists,
    none,
    one_of,
    recursive,
    sampled_from,
    text,
)  # fmt: skip

from plugin.domain.errors import InvalidInputError
from plugin.domain.prediction import TaskType
from plugin.formats.predictions import FORMATS, Expected, decode_prediction

# The keys that the formats look for, so that the generator gets past their front doors.
KEYS = sampled_from(
    [
        "annotations", "bbox", "box", "boxes", "category_id", "category_name", "class",
        "class_id", "class_name", "confidence", "counts", "data", "height", "image", "is_stub",
        "keypoints", "labels", "mask", "name", "original_height", "original_width", "points",
        "polygon", "predicted_classes", "predictions", "result", "rle", "score", "scores",
        "segmentation", "segments", "size", "top", "type", "value", "width", "x", "x1", "x2",
        "x_min", "xyxy", "y", "y1", "y2",
    ]
)  # fmt: skip
LEAVES = one_of(
    none(), booleans(), integers(-(2**70), 2**70), text(max_size=6),
    floats(allow_nan=False, allow_infinity=False), sampled_from(["dent", "rectanglelabels", "rle"]),
)  # fmt: skip
JSON: SearchStrategy[object] = recursive(
    LEAVES,
    lambda inner: one_of(lists(inner, max_size=5), dictionaries(KEYS | text(max_size=3), inner)),
    max_leaves=25,
)
EXPECTED = builds(
    Expected,
    sampled_from(TaskType),
    one_of(none(), sampled_from([frozenset({"dent"})])),
)


@pytest.mark.parametrize("name", ["", *FORMATS])
@given(value=JSON, expected=EXPECTED)
def test_any_json(name: str, value: object, expected: Expected) -> None:
    body = msgspec.json.encode(value) if _fits(value) else repr(value).encode()
    decode_or_refuse(body, expected, name)


@pytest.mark.parametrize("name", ["", *FORMATS])
@given(body=binary(max_size=60), expected=EXPECTED)
def test_any_bytes(name: str, body: bytes, expected: Expected) -> None:
    decode_or_refuse(body, expected, name)


def decode_or_refuse(body: bytes, expected: Expected, name: str) -> None:
    try:
        decode_prediction(body, expected, name)
    except InvalidInputError as error:
        assert error.errors
        assert str(error)


def _fits(value: object) -> bool:
    """Whether msgspec can write it: whole numbers of more than 64 bits it cannot."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, dict):
        return all(_fits(each) for each in value.values())
    return not isinstance(value, list) or all(_fits(each) for each in value)
