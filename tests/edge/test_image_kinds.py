"""An image in every form that `submit` takes."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.edge.conftest import MakeClient
from tests.edge.frames import DENT, RED
from tests.edge.loopback import Loopback
from tests.samples import box, encoded, prediction


def colour(image: bytes) -> tuple[int, ...]:
    with Image.open(BytesIO(image)) as opened:
        return tuple(round(value, -1) for value in np.asarray(opened.convert("RGB"))[5, 5])


@pytest.mark.parametrize(
    ("image", "fields"),
    [
        pytest.param(RED, {"bgr": False}, id="RGB array"),
        pytest.param(RED[:, :, ::-1], {}, id="BGR array, as OpenCV has them"),
        pytest.param(Image.fromarray(RED), {}, id="Pillow"),
    ],
)
def test_pixels_are_encoded_in_their_colours(
    server: Loopback, make_client: MakeClient, image: Any, fields: Any
) -> None:
    client = make_client(server)
    client.submit(image, DENT, event_id="e1", **fields)
    assert client.flush()
    content_type, content = server.uploaded("e1")
    assert (content_type, colour(content)) == ("image/jpeg", (250, 0, 0))


def test_a_buffer_may_be_used_again_at_once(away: Loopback, make_client: MakeClient) -> None:
    client, frame, picture = make_client(away), RED.copy(), Image.fromarray(RED)
    body = bytearray(encoded(prediction(box())).encode())
    client.submit(frame, body, event_id="array", bgr=False)
    client.submit(picture, body, event_id="picture")
    frame[:] = 0
    picture.paste(0, (0, 0, 320, 240))
    body[:] = b" " * len(body)
    with away.running():
        assert client.flush()
        assert colour(away.uploaded("array")[1]) == (250, 0, 0)
        assert colour(away.uploaded("picture")[1]) == (250, 0, 0)


def in_format(name: str) -> bytes:
    out = BytesIO()
    Image.fromarray(RED).save(out, name)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_file_is_sent_as_it_is(
    server: Loopback, make_client: MakeClient, tmp_path: Path, kind: str
) -> None:
    path, client = tmp_path / f"a.{kind}", make_client(server)
    path.write_bytes(in_format(kind))
    client.submit(path, DENT, event_id="path")
    client.submit(str(path), DENT, event_id="name")
    client.submit(memoryview(path.read_bytes()), DENT, event_id="content")
    assert client.flush()
    for event_id in ("path", "name", "content"):
        assert server.uploaded(event_id) == (f"image/{kind}", path.read_bytes())


def test_an_address_is_passed_on(server: Loopback, make_client: MakeClient) -> None:
    client = make_client(server)
    client.submit("https://images.example.com/1.jpg", DENT, event_id="e1")
    assert client.flush()
    assert server.events["e1"]["image"] == {"url": "https://images.example.com/1.jpg"}
    assert server.images == {}
