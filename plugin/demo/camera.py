"""A simulated camera: four still photos, seen as a stream of JPEG shots.

Each scene looks at one photo through a window that slowly pans and zooms. What goes wrong with
real cameras goes wrong here too: light that drifts or fails, sensor noise, a lens that hunts for
focus, motion blur. All of it follows from the scene's number: the same shots on every run.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count as counting
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

PHOTOS = ("astronaut", "chelsea", "coffee", "camera")
"""Names of the photos, in the order of the scenes; the files are called `<name>.png`."""

SIZES = ((960, 720), (1024, 768), (1152, 864), (1280, 960))
SHORTEST_SCENE, LONGEST_SCENE = 15, 30
JPEG_QUALITY = 88
SEED = 14
"""Any number will do; with this one the first 300 shots spread well over sure, unsure and empty."""

NIGHT, DEFOCUS, SHAKE, MIRROR = 0.25, 0.5, 0.4, 0.4
"""Shares of the scenes that are dark, lose focus, are shaken, are mirrored."""
NOISE_LEVELS = (1.5, 3.0, 6.0)
"""Standard deviations of the sensor's noise, in grey levels: by day, at dusk, at night."""

Photos = dict[str, Image.Image]
Window = tuple[float, float, float]
"""Centre x and y as shares of the photo, and zoom, 1 showing as much of the photo as fits."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One image of the camera: `width` x `height` pixels, upright, as JPEG bytes."""

    number: int
    jpeg: bytes
    width: int
    height: int
    photo: str


@dataclass(frozen=True, slots=True)
class Bump:
    """Something that rises and falls once within a scene."""

    centre: float
    width: float
    peak: float

    def at(self, step: int) -> float:
        """Its strength at a step of the scene: a triangle of `peak` over 2 x `width` steps."""
        return self.peak * max(0.0, 1.0 - abs(step - self.centre) / self.width)


@dataclass(frozen=True, slots=True)
class Tone:
    """The light of a scene; all three are factors, and drift by a little around their mean."""

    exposure: float
    contrast: float
    warmth: float
    phase: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One run of shots of the same photo."""

    photo: str
    length: int
    size: tuple[int, int]
    mirrored: bool
    start: Window
    end: Window
    tone: Tone
    noise: int
    defocus: Bump
    shake: Bump


def shots(photos: Path, count: int) -> Iterator[Shot]:
    """The first `count` shots of the camera; a longer stream begins with the same ones.

    Args:
        photos: folder with `<name>.png` for each of `PHOTOS`.
        count: how many.

    Raises:
        FileNotFoundError: a photo is missing.
    """
    loaded = {name: _load(photos / f"{name}.png") for name in PHOTOS}
    noises = _noise_fields()
    yield from islice(_stream(loaded, noises), count)


def _load(path: Path) -> Image.Image:
    with Image.open(path) as photo:
        return photo.convert("RGB")


def _stream(photos: Photos, noises: list[Image.Image]) -> Iterator[Shot]:
    number = 0
    for scene_number in counting():
        # A generator of its own for each scene, so that tuning one leaves the others alone.
        random = np.random.default_rng((SEED, scene_number))
        scene = _scene(random, PHOTOS[scene_number % len(PHOTOS)])
        for step in range(scene.length):
            image = _expose(photos[scene.photo], scene, step)
            image = _add_noise(image, noises[scene.noise], random)
            yield Shot(number, _jpeg(image), *image.size, scene.photo)
            number += 1


def _jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


# ---- what happens in a scene ----


def _scene(random: np.random.Generator, photo: str) -> Scene:
    length = int(random.integers(SHORTEST_SCENE, LONGEST_SCENE + 1))
    night = random.random() < NIGHT
    return Scene(
        photo=photo,
        length=length,
        size=SIZES[random.integers(len(SIZES))],
        mirrored=bool(random.random() < MIRROR),
        start=_window(random),
        end=_window(random),
        tone=_tone(random, night=night),
        noise=int(random.integers(1, 3)) if night else int(random.integers(0, 2)),
        defocus=_bump(random, length, share=DEFOCUS, peak=(3.0, 9.0)),
        shake=_bump(random, length, share=SHAKE, peak=(10.0, 30.0)),
    )


def _window(random: np.random.Generator) -> Window:
    x, y = random.uniform(0.1, 0.9, size=2).tolist()
    return x, y, 1.0 + 2.2 * random.random() ** 2


def _tone(random: np.random.Generator, *, night: bool) -> Tone:
    exposure = random.uniform(0.14, 0.45) if night else random.uniform(0.75, 1.3)
    return Tone(
        exposure=exposure,
        contrast=random.uniform(0.75, 1.2),
        warmth=random.uniform(0.88, 1.15),
        phase=random.uniform(0.0, 2 * math.pi),
    )


def _bump(
    random: np.random.Generator, length: int, *, share: float, peak: tuple[float, float]
) -> Bump:
    happens = random.random() < share
    centre, width = random.uniform(0.0, length), random.uniform(3.0, 8.0)
    return Bump(centre, width, random.uniform(*peak) if happens else 0.0)


# ---- what the lens and the sensor make of it ----


def _expose(photo: Image.Image, scene: Scene, step: int) -> Image.Image:
    """One shot without noise: everything at the photo's small size, enlarged only at the end."""
    progress = step / (scene.length - 1)
    image = photo.point(_tone_table(scene.tone, progress))
    if scene.mirrored:
        image = ImageOps.mirror(image)
    radius, length = scene.defocus.at(step), scene.shake.at(step)
    if radius > 0.0:
        image = image.filter(ImageFilter.GaussianBlur(radius))
    if length >= 1.0:
        image = _motion_blur(image, length, angle=scene.tone.phase)
    box = _window_box(scene, progress, image.size)
    return image.resize(scene.size, Image.Resampling.BICUBIC, box=box)


def _tone_table(tone: Tone, progress: float) -> list[int]:
    """Lookup table of the three channels: contrast around middle grey, then exposure and warmth."""
    drift = math.sin(tone.phase + 2 * math.pi * progress)
    exposure, warmth = tone.exposure * (1 + 0.12 * drift), tone.warmth + 0.04 * drift
    levels = (np.arange(256) - 128.0) * tone.contrast + 128.0
    gains = np.array([[warmth], [1.0], [1.0 / warmth]]) * exposure
    return [round(level) for level in (gains * levels).clip(0, 255).ravel().tolist()]


def _motion_blur(image: Image.Image, length: float, *, angle: float) -> Image.Image:
    """The mean of copies shifted along a line of `length` pixels, its direction in radians."""
    margin = math.ceil(length / 2)
    padded = np.pad(
        np.asarray(image, dtype=np.uint16), ((margin,) * 2, (margin,) * 2, (0, 0)), mode="edge"
    )
    shifts = np.linspace(-length / 2, length / 2, 1 + math.ceil(length))
    rows = np.rint(shifts * math.sin(angle)).astype(int) + margin
    columns = np.rint(shifts * math.cos(angle)).astype(int) + margin
    total = np.zeros((image.height, image.width, 3), dtype=np.uint16)
    for row, column in zip(rows, columns, strict=True):
        total += padded[row : row + image.height, column : column + image.width]
    return Image.fromarray((total // len(shifts)).astype(np.uint8))


def _window_box(
    scene: Scene, progress: float, size: tuple[int, int]
) -> tuple[float, float, float, float]:
    """The window at this point of its way: xyxy in the photo's pixels, shaped like the shot."""
    eased = progress * progress * (3 - 2 * progress)
    x, y, zoom = (a + (b - a) * eased for a, b in zip(scene.start, scene.end, strict=True))
    aspect = scene.size[0] / scene.size[1]
    width = min(size[0], size[1] * aspect) / zoom
    height = width / aspect
    left = min(max(x * size[0] - width / 2, 0.0), size[0] - width)
    top = min(max(y * size[1] - height / 2, 0.0), size[1] - height)
    return left, top, left + width, top + height


def _noise_fields() -> list[Image.Image]:
    """One image of noise around grey 128 for each level, larger than any shot.

    Drawing four million normal numbers for each shot would take longer than all the rest.
    """
    random = np.random.default_rng(SEED)
    width, height = (side + 256 for side in SIZES[-1])
    field = random.standard_normal((height, width, 3), dtype=np.float32)
    return [
        Image.fromarray((field * level + 128.5).clip(0, 255).astype(np.uint8))
        for level in NOISE_LEVELS
    ]


def _add_noise(image: Image.Image, noise: Image.Image, random: np.random.Generator) -> Image.Image:
    left, top = random.integers(256, size=2).tolist()
    field = noise.crop((left, top, left + image.width, top + image.height))
    return ImageChops.add(image, field, scale=1.0, offset=-128)
