"""Label Studio's packed masks, checked against its own SDK."""

import numpy as np
import pytest
from label_studio_sdk.converter import brush

from plugin.domain.errors import InvalidInputError
from plugin.domain.rle import Bitmap
from plugin.formats import brush_rle

SHAPES = [
    pytest.param(5, 7, 0.5, id="speckled"),
    pytest.param(1, 1, 1.0, id="one pixel"),
    pytest.param(60, 80, 0.01, id="all lengths"),
    pytest.param(300, 400, 0.0001, id="runs longer than a block"),
    pytest.param(256, 64, 0.0, id="exactly one block"),
    pytest.param(128, 256, 1.0, id="exactly two blocks"),
]


def bitmap(height: int, width: int, share: float) -> Bitmap:
    return np.random.default_rng(0).random((height, width)) < share


@pytest.mark.parametrize(("height", "width", "share"), SHAPES)
def test_the_sdk_reads_what_we_write(height: int, width: int, share: float) -> None:
    mask = bitmap(height, width, share)
    theirs = brush.decode_rle(brush_rle.encode(mask)).reshape(height, width, 4)
    assert ((theirs[:, :, 3] > 0) == mask).all()


@pytest.mark.parametrize(("height", "width", "share"), SHAPES)
def test_we_write_what_the_sdk_writes(height: int, width: int, share: float) -> None:
    mask = bitmap(height, width, share)
    theirs = brush.mask2rle(mask.astype(np.uint8) * 255)  # type: ignore[no-untyped-call]
    ours = brush_rle.encode(mask)
    # Theirs ends with a needless zero where the bits fill the last byte.
    assert theirs in (ours, [*ours, 0])
    assert (brush_rle.decode(theirs, height, width) == mask).all()


@pytest.mark.parametrize("start", range(8))
def test_single_values_are_read_as_the_sdk_does(start: int) -> None:
    """The editor writes runs of different values without repeating the header of a block."""
    values = [0, 0, 0, 255, 7, 8, 9, 0] * 2
    numbers = [(len(values), 32), (7, 5), *((size - 1, 4) for size in (3, 4, 8, 16))]
    numbers += [(1, 1), (0, 2), (start, 3), (0, 8)]
    rest = ([0] * (start + 1) + values)[start + 1 :][: len(values) - start - 1]
    numbers += [(0, 1), (1, 2), (len(rest) - 1, 4), *((value, 8) for value in rest)]
    bits = "".join(f"{number:0{size}b}" for number, size in numbers)
    data = [int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8)]
    theirs = brush.decode_rle(data).reshape(2, 2, 4)[:, :, 3] > 0
    assert (brush_rle.decode(data, 2, 2) == theirs).all()


PACKED = brush_rle.encode(bitmap(4, 5, 0.5))


@pytest.mark.parametrize(
    ("data", "size"),
    [
        pytest.param([], (4, 5), id="nothing"),
        pytest.param(PACKED[:-2], (4, 5), id="cut off"),
        pytest.param(PACKED, (5, 5), id="of another size"),
        pytest.param([300], (4, 5), id="no bytes"),
        pytest.param([-1], (4, 5), id="negative"),
        pytest.param(PACKED, (65_500, 65_500), id="too large"),
        pytest.param(PACKED, (0, 0), id="no size"),
    ],
)
def test_what_is_no_packing_is_refused(data: list[int], size: tuple[int, int]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        brush_rle.decode(data, *size)
    assert [error.field for error in caught.value.errors] == ["rle"]


def test_noise_raises_nothing_else() -> None:
    random = np.random.default_rng(1)
    for _ in range(1000):
        data = [0, 0, 0, 80, *random.integers(0, 256, random.integers(0, 30)).tolist()]
        try:
            assert brush_rle.decode(data, 4, 5).shape == (4, 5)
        except InvalidInputError:
            continue
