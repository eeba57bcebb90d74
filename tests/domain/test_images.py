"""Images: what is refused, what passes through, what is turned and scaled."""

from io import BytesIO

import pytest
from PIL import Image

from plugin.domain.errors import InvalidInputError
from plugin.domain.settings import ImageSettings
from plugin.images import FittedImage, fit, inspect
from tests.samples import jpeg


def save(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><body>no</body></html>", id="a page"),
        pytest.param(jpeg()[:-2000], id="a JPEG cut short"),
        pytest.param(jpeg()[:300], id="hardly a header"),
        pytest.param(save(Image.new("RGB", (90, 90)), "PNG")[:-30], id="a PNG cut short"),
        pytest.param(save(Image.new("RGB", (9, 9)), "GIF"), id="a GIF"),
    ],
)
def test_what_is_no_whole_image_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        inspect(data)
    assert caught.value.errors[0].field == "image"


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    bomb = save(Image.new("1", (9400, 9400)), "PNG")
    assert len(bomb) < 20_000
    with pytest.raises(InvalidInputError, match="at most 80000000 pixels"):
        inspect(bomb)


def test_a_small_upright_image_passes_through_untouched() -> None:
    data = jpeg(640, 480)
    fitted = fit(data, inspect(data), ImageSettings())
    assert fitted == FittedImage(data, "image/jpeg", "jpg", 640, 480)


def test_a_large_image_is_scaled_to_fit() -> None:
    data = jpeg(1600, 800)
    scaled = fit(data, inspect(data), ImageSettings(max_width=400, max_height=300))
    assert (scaled.content_type, scaled.width, scaled.height) == ("image/jpeg", 400, 200)
    assert Image.open(BytesIO(scaled.data)).size == (400, 200)


def test_an_image_on_its_side_is_turned_and_its_size_said_upright() -> None:
    left_red = Image.new("RGB", (64, 32), "blue")
    left_red.paste("red", (0, 0, 32, 32))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown a quarter turn clockwise: the left is then on top
    data = save(left_red, "JPEG", exif=exif, quality=95)
    facts = inspect(data)
    assert (facts.width, facts.height, facts.upright) == (32, 64, False)
    turned = Image.open(BytesIO(fit(data, facts, ImageSettings()).data)).convert("RGB")
    assert turned.size == (32, 64)
    red, blue = turned.getpixel((16, 8)), turned.getpixel((16, 56))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200
    assert red[2] < 60
    assert blue[2] > 200
    assert blue[0] < 60
