"""Metadata: gone when an image is taken in; its pixels, colours and orientation are not."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from plugin.domain.errors import InvalidInputError
from plugin.domain.settings import ImageSettings
from plugin.images import fit, take_in
from tests.image_samples import PROFILE, SECRET, full_jpeg, full_png, full_webp, opened, save
from tests.image_samples import picture as a_picture

FULL: dict[str, Callable[..., bytes]] = {"JPEG": full_jpeg, "PNG": full_png, "WEBP": full_webp}
KINDS = pytest.mark.parametrize("kind", FULL)


def stripped(data: bytes) -> bytes:
    return take_in(data)[0]


def alike(one: Image.Image, other: Image.Image) -> bool:
    return one.mode == other.mode and ImageChops.difference(one, other).getbbox() is None


@KINDS
def test_what_a_camera_or_a_person_wrote_into_a_file_is_gone(kind: str) -> None:
    data = FULL[kind]()
    assert data.count(SECRET) >= 3
    assert SECRET not in stripped(data)
    image = opened(stripped(data))
    assert dict(image.getexif()) == {}
    assert set(image.info) & {"exif", "xmp", "comment", "photoshop", "Comment", "mp"} == set()


@KINDS
def test_the_picture_is_the_same_to_the_bit_and_its_colours_stay(kind: str) -> None:
    data = FULL[kind]()
    image = opened(stripped(data))
    assert image.format == kind  # an MPO, where the second picture were still there
    assert alike(image, opened(data))
    assert image.info["icc_profile"] == PROFILE


@KINDS
@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_orientation_is_all_that_is_left_of_exif(kind: str, orientation: int) -> None:
    data = FULL[kind](orientation)
    kept, facts = take_in(data)
    assert SECRET not in kept
    assert dict(opened(kept).getexif()) == {0x0112: orientation}
    assert facts.orientation == orientation
    upright = ImageOps.exif_transpose(opened(data))
    assert (facts.width, facts.height) == upright.size
    assert alike(ImageOps.exif_transpose(opened(kept)), upright)


def test_of_a_phones_two_pictures_the_first_is_kept() -> None:
    first, second = a_picture(64, 48), a_picture(32, 32)
    both = save(first, "MPO", save_all=True, append_images=[second])
    assert opened(both).format == "MPO"
    kept = opened(stripped(both))
    assert kept.format == "JPEG"
    assert alike(kept, opened(both))
    assert len(stripped(both)) < len(both) - len(save(second, "JPEG")) / 2


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_header_of_a_webp_names_what_is_in_it(orientation: int) -> None:
    exif, xmp, profile = (bool(stripped(full_webp(orientation))[20] & flag) for flag in (8, 4, 32))
    assert (exif, xmp, profile) == (orientation != 1, False, True)


@KINDS
def test_metadata_stays_where_that_was_asked_for(kind: str) -> None:
    data = FULL[kind](6)
    kept, facts = take_in(data, keep_metadata=True)
    assert kept == data
    assert facts == take_in(data)[1]


@KINDS
def test_what_was_taken_in_once_does_not_change_again(kind: str) -> None:
    once = stripped(FULL[kind](6))
    assert stripped(once) == once


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(full_jpeg(progressive=True), id="a progressive JPEG"),
        pytest.param(full_jpeg(restart_marker_rows=1), id="a JPEG with restarts"),
        pytest.param(
            full_jpeg().replace(b"\xff\xda", b"\xff\xff\xff\xda"), id="a JPEG with fill bytes"
        ),
        pytest.param(save(a_picture().convert("CMYK"), "JPEG"), id="a JPEG with Adobe's inks"),
        pytest.param(save(a_picture().convert("L"), "JPEG"), id="a grey JPEG"),
        pytest.param(full_png(image=a_picture().convert("P")), id="a palette"),
        pytest.param(full_png(image=a_picture().convert("RGBA")), id="a transparent PNG"),
        pytest.param(full_png(image=a_picture().convert("1")), id="black and white"),
        pytest.param(full_webp(lossless=True), id="a lossless WebP"),
        pytest.param(save(a_picture().convert("RGBA"), "WEBP"), id="a transparent WebP"),
        pytest.param(save(a_picture(), "WEBP"), id="a plain WebP"),
    ],
)
def test_every_kind_keeps_its_pixels(data: bytes) -> None:
    kept = stripped(data)
    assert SECRET not in kept
    assert alike(opened(kept), opened(data))


@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    orientation=st.sampled_from([1, 6]),
    changes=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=30)), max_size=5
    ),
)
@example(kind="JPEG", orientation=1, changes=[(0.0, 2, b"")])
def test_a_damaged_file_is_refused_or_taken_and_nothing_else_happens(
    kind: str, orientation: int, changes: list[tuple[float, int, bytes]]
) -> None:
    data = FULL[kind](orientation)
    for place, length, put_in in changes:
        # Squared: most of what can go wrong stands in front.
        at = int(place**2 * len(data))
        data = data[:at] + put_in + data[at + length :]
    try:
        kept, facts = take_in(data)
        assert stripped(kept) == kept
        fit(kept, facts, ImageSettings(max_width=16, max_height=16))
    except InvalidInputError as error:
        assert error.errors[0].field == "image"
