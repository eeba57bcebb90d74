"""Images made fit for a screen: per second on one core, and the memory it takes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from benchmarks.table import Row, compare, one_core, times
from plugin.domain.settings import ImageSettings
from plugin.images import fit, inspect

SETTINGS = ImageSettings(max_width=1280, max_height=1280, jpeg_quality=80)
SIZES = {"HD": (1920, 1080), "12 MP": (4000, 3000)}
GOALS = {"HD": "at least 0.5", "12 MP": "at least 1"}
A_ROUND = {"HD": 40, "12 MP": 8}  # images


def rows() -> Iterator[Row]:
    """Measure on one core: against decoding alone by the same decoder, and against Pillow."""
    with one_core():
        for name, size in SIZES.items():
            data = photo(size)
            for other, work in (("decoding alone", decode), ("Pillow", shrink_simply)):
                ours, theirs = compare(
                    times(partial(make_fit, data), A_ROUND[name]),
                    times(partial(work, data), A_ROUND[name]),
                )
                goal = GOALS[name] if other == "decoding alone" else "more than 1"
                yield Row(f"{name} JPEG to 1280 px", ours, other, theirs, "images/s", goal)
        yield from passing_through()
    yield Row("peak memory for 12 MP", peak("make_fit"), "Pillow", peak("shrink_simply"),
              "MB", "less than 1")  # fmt: skip


def passing_through() -> Iterator[Row]:
    """An image that is small enough already: it is only checked."""
    data = photo((1280, 720))
    ours, other = compare(times(partial(make_fit, data), 60), times(partial(decode, data), 60))
    what = "1280 x 720 JPEG passed through"
    yield Row(what, ours, "decoding alone", other, "images/s", "more than 1")


def make_fit(data: bytes) -> None:
    fit(data, inspect(data), SETTINGS)


def decode(data: bytes) -> None:
    simplejpeg.decode_jpeg(data, "RGB")


def shrink_simply(data: bytes) -> None:
    """What a script does that follows Pillow's tutorial."""
    image = Image.open(BytesIO(data)).convert("RGB")
    image.thumbnail((SETTINGS.max_width, SETTINGS.max_height))
    image.save(BytesIO(), "JPEG", quality=SETTINGS.jpeg_quality)


def photo(size: tuple[int, int]) -> bytes:
    """A made-up photo with about as much detail as a camera's."""
    coarse = (size[1] // 10, size[0] // 10, 3)
    noise = np.random.default_rng(1).integers(0, 255, coarse, np.uint8)
    return save(Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC))


def save(image: Image.Image) -> bytes:
    """A JPEG as cameras write them."""
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def peak(name: str) -> float:
    """The memory in MB that twenty images of 12 MP, one after the other, add to a process."""
    code = f"from benchmarks.images import growth, {name}; print(growth({name}))"
    ran = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code], input=photo(SIZES["12 MP"]), capture_output=True, check=True
    )
    return float(ran.stdout)


def growth(work: Callable[[bytes], None]) -> float:
    """By how many MB this process grows at most over twenty times the image on its input."""
    data = sys.stdin.buffer.read()
    work(save(Image.new("RGB", (2000, 40))))  # so that everything is imported
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak begins anew
    before = _memory("VmRSS")
    for _ in range(20):
        work(data)
    return _memory("VmHWM") - before


def _memory(what: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(what))
