"""An S3 of our own on loopback: moto's server, a process of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import DEVNULL

import httpx
from mirakuru import TCPExecutor

from plugin.demo.processes import free_port

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def moto() -> Iterator[str]:
    """Run it; its address."""
    port = free_port(0)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": DEVNULL, "stderr": DEVNULL}  # it says a line a request
    with TCPExecutor(command, "127.0.0.1", port, timeout=120, **quiet):
        yield f"http://127.0.0.1:{port}"


def make_bucket(address: str, name: str) -> None:
    httpx.put(f"{address}/{name}").raise_for_status()
