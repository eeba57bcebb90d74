"""What looks alike differs in few bits, what does not in many."""

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from plugin.looks import perceptual_hash

CACHE = Path(os.environ.get("LSAL_CACHE_DIR", Path(__file__).resolve().parents[2] / ".cache"))
PHOTOS = ("astronaut", "chelsea", "coffee", "camera")


def distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def photo(name: str) -> Image.Image:
    return Image.open(CACHE / f"photos/skimage/data/{name}.png").convert("RGB")


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out)


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda image: as_jpeg(image, 40), id="compressed"),
        pytest.param(lambda image: image.resize((320, 240)), id="smaller"),
        pytest.param(lambda image: ImageEnhance.Brightness(image).enhance(1.15), id="brighter"),
        pytest.param(lambda image: image.crop((2, 2, *image.size)), id="moved by two pixels"),
    ],
)
def test_the_same_scene_is_near(name: str, change: object) -> None:
    assert callable(change)
    assert distance(perceptual_hash(photo(name)), perceptual_hash(change(photo(name)))) <= 4


def test_other_scenes_are_far() -> None:
    hashes = [perceptual_hash(photo(name)) for name in PHOTOS]
    apart = [distance(a, b) for n, a in enumerate(hashes) for b in hashes[n + 1 :]]
    assert min(apart) > 16


def test_a_plain_image_has_a_hash_too() -> None:
    assert perceptual_hash(Image.new("RGB", (64, 48), "grey")) < 2**64


def test_hashes_of_noise_use_all_their_bits() -> None:
    random = np.random.default_rng(5)
    hashes = [
        perceptual_hash(Image.fromarray(random.integers(0, 255, (64, 64), np.uint8)))
        for _ in range(50)
    ]
    apart = [distance(a, b) for n, a in enumerate(hashes) for b in hashes[n + 1 :]]
    assert 28 < np.mean(apart) < 35
