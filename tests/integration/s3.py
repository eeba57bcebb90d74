"""A server that speaks S3, and what the environment says of it."""

from collections.abc import Iterator

import httpx
import pytest
from moto.server import ThreadedMotoServer

BUCKET = "images"
ACCESS = {
    "LSAL_MEDIA_KEY": "made-up", "LSAL_MEDIA_SECRET": "made-up", "LSAL_MEDIA_REGION": "us-east-1",
}  # fmt: skip
"""With what Label Studio reads."""


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a server with an empty bucket, which our environment names."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    _, port = server.get_host_and_port()
    url = f"http://127.0.0.1:{port}"
    httpx.put(f"{url}/{BUCKET}").raise_for_status()
    ours = {
        "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_REGION": "us-east-1",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ours.items():
            patch.setenv(name, value)
        yield url
    server.stop()
