"""Stopping a server: what is under way is finished, nothing new is begun, and nothing is lost."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.demo.processes import free_port
from plugin.domain.frame import frame_id
from tests.samples import box, encoded, jpeg, prediction
from tests.waiting import wait_for

BOUNDARY = "boundary"


def form(event: str) -> bytes:
    """A post with an image, as curl sends it."""
    parts = {"event_id": event, "prediction": encoded(prediction(box()))}
    lines = b"".join(
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.items()
    )
    head = (
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="image"; filename="a.jpg"\r\n'
        "content-type: image/jpeg\r\n\r\n"
    )
    return lines + head.encode() + jpeg() + f"\r\n--{BOUNDARY}--\r\n".encode()


class Post:
    """A post of which half has been sent."""

    def __init__(self, port: int, key: str, event: str) -> None:
        body = form(event)
        head = (
            "POST /v1/projects/parts/events HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"authorization: Bearer {key}\r\ncontent-length: {len(body)}\r\n"
            f"content-type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
        )
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.sendall(head.encode() + body[: len(body) // 2])
        self.rest = body[len(body) // 2 :]

    def finish(self) -> str:
        """Send the rest; the answer, to the end of the connection."""
        with self.socket:
            self.socket.sendall(self.rest)
            return b"".join(iter(lambda: self.socket.recv(65536), b"")).decode()


@pytest.fixture
def port() -> int:
    return free_port(0)


@pytest.fixture
def server(reachable: Application, port: int, key: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "LSAL_PORT": str(port), "LSAL_LOG_FORMAT": "text"}
    process = subprocess.Popen(
        [sys.executable, "-m", "plugin.cli", "serve"], env=environment, text=True,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(lambda: not refuses(port), "the server", pause=0.02)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def refuses(port: int) -> bool:
    """Whether nobody takes a new connection."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return True
    return False


SIGNALS: dict[str, Callable[[int], None]] = {
    "SIGTERM, as containers are stopped": lambda pid: os.kill(pid, signal.SIGTERM),
    "Ctrl-C, which all of the group hears": lambda pid: os.killpg(pid, signal.SIGINT),
}


@pytest.mark.parametrize("stop", SIGNALS.values(), ids=SIGNALS)
def test_an_upload_under_way_is_answered_and_kept(
    server: subprocess.Popen[str], application: Application, port: int, key: str,
    stop: Callable[[int], None],
) -> None:  # fmt: skip
    posts = [Post(port, key, f"shot-{number}") for number in range(3)]
    stop(server.pid)
    wait_for(lambda: refuses(port), "the port to close", seconds=10, pause=0.02)
    answers = [post.finish() for post in posts]
    assert [answer.split("\r\n")[0] for answer in answers] == ["HTTP/1.1 202 Accepted"] * 3
    assert server.wait(30) == 0
    assert sorted(application.spool.pending("parts")) == sorted(
        frame_id("parts", f"shot-{number}") for number in range(3)
    )
    assert application.funnel.totals("parts")["received"] == 3


def worker_waits(redis: Redis) -> bool:
    return any(redis.hget(key, "state") == "idle" for key in redis.smembers("rq:workers"))


def scheduler_asked(redis: Redis) -> bool:
    return redis.llen("rq:queue:lsal") > 0


@pytest.mark.parametrize(
    ("command", "is_up"), [("worker", worker_waits), ("scheduler", scheduler_asked)]
)
def test_who_has_nothing_to_do_ends_at_once(
    reachable: Application, command: str, is_up: Callable[[Redis], bool]
) -> None:
    with subprocess.Popen([sys.executable, "-m", "plugin.cli", command]) as process:
        try:
            wait_for(lambda: is_up(reachable.redis), command, pause=0.02)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
    assert not reachable.redis.exists("rq:workers", "rq:cron_schedulers")
