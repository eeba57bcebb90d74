"""What the server takes: on one core, the load coming from another."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, cycle, islice
from typing import Any

import msgspec
import psutil

from benchmarks.deciding import CLASSES, RULES, event
from benchmarks.load import drive, request
from benchmarks.photos import photo
from benchmarks.servers import Servers, running
from benchmarks.table import Row, compare, times
from plugin.clock import utc_now
from plugin.domain.settings import ProjectSettings
from plugin.formats.native import decode_event
from plugin.services.intake.gates import Gate

SECONDS = 2.0  # of each measurement
LINES = 200
CAMERA = 30  # events a second
CAMERAS = 500  # connections, kept alive
MEMORY_SECONDS = 60
NONE_MATCHES: dict[str, Any] = {
    "project": "bench",
    "classes": CLASSES,
    "limits": {"per_minute": 10**6, "per_hour": 10**6, "per_day": 10**6},
    "rules": [{"name": f"r{n}"} | rule for n, rule in enumerate(RULES)],
}
PATH = "/v1/projects/bench/events"


def rows() -> Iterator[Row]:
    """Measure on two cores: servers on one, load on the other."""
    with running(NONE_MATCHES) as servers:
        yield from _one_by_one(servers)
        yield from _in_lines(servers)
        yield from _kept(servers)
        yield _memory(servers)


def _one_by_one(servers: Servers) -> Iterator[Row]:
    """Events of 20 boxes, decided by 4 rules none of which matches, and explained."""
    posts = _posts(servers, "application/json", _bodies())
    ours, bare = compare(_rate(servers.ours, posts), _rate(servers.bare, posts))
    what = f"one event a request, {CAMERAS} connections, 4 rules"
    yield Row(what, ours, "bare WSGI handler", bare, "/s", "≥ 0.25 ×")
    single = _rate(servers.gunicorn, posts, connections=4)
    ours, view = compare(_rate(servers.ours, posts), single)
    yield Row("the same", ours, "the same view, gunicorn + Flask", view, "/s", "≥ 2.5 ×")
    with _settings(servers, sampling_rate=0.005):
        ours, bare = compare(_rate(servers.ours, posts), _rate(servers.bare, posts))
    yield Row("the same, 0.5 % sampled", ours, "bare WSGI handler", bare, "/s", "≥ 0.25 ×")


def _in_lines(servers: Servers) -> Iterator[Row]:
    bodies = _bodies()
    lines = [b"\n".join(islice(cycle(bodies), LINES))]
    posts = _posts(servers, "application/x-ndjson", lines)
    gate = Gate(servers.parts.history.newest("bench"))
    events = cycle(bodies)

    def decode_and_decide() -> object:
        posted = decode_event(next(events))
        return gate.decider.decide(posted.event_id, gate.prediction_of(posted))

    alone = times(decode_and_decide, 20_000)
    ours, other = compare(_rate(servers.ours, posts, LINES, 8), alone)
    cameras = f"{ours / CAMERA:,.0f} cameras of {CAMERA} fps"
    what = f"NDJSON of {LINES}: {cameras}"
    yield Row(what, ours, "decode + decide in process", other, "events/s", "≥ 0.6 ×")


def _kept(servers: Servers) -> Iterator[Row]:
    """Every event is kept: a form with an image of 150 kB, answered once both are durable."""
    frames = _forms(servers, count())
    with _settings(servers, rules=[]):
        ours, other = compare(
            _rate(servers.ours, frames, 1, 64), lambda: _write_and_sync(servers, 500)
        )
    what = f"kept frames of {len(photo(0)) // 1000} kB, durable"
    yield Row(what, ours, "write + fsync of one file", other, "frames/s", "≥ 0.5 ×")


def _memory(servers: Servers) -> Row:
    """Lines and kept frames in turn, for a minute: what the server takes at half time and after."""
    lines = cycle(_posts(servers, "application/x-ndjson", [b"\n".join(_bodies() * 4)]))
    frames, server = _forms(servers, count(10**6)), psutil.Process(servers.pid)

    def load() -> float:
        until = time.perf_counter() + MEMORY_SECONDS / 2
        while time.perf_counter() < until:
            drive(servers.ours, lines, 1.0, 4, 1)
            drive(servers.ours, frames, 1.0, 4, 1)
        workers = server.children(recursive=True)
        return sum(each.memory_info().rss for each in workers) / 1e6

    with _settings(servers, sampling_rate=0.5, rules=[]):
        half, whole = load(), load()
    what = f"memory after {MEMORY_SECONDS} s of load"
    return Row(what, whole, "at half time", half, "MB", "≤ 1.05 ×: flat")


@contextmanager
def _settings(servers: Servers, **changes: object) -> Iterator[None]:
    """Other settings for a while; they are in force after two seconds."""
    history = servers.parts.history
    before = history.newest("bench").settings
    history.add(ProjectSettings.model_validate(NONE_MATCHES | changes), "bench", utc_now())
    time.sleep(2)
    yield
    history.add(before, "bench", utc_now())
    time.sleep(2)


def _rate(
    port: int, requests: Iterator[bytes], each: int = 1, connections: int = CAMERAS
) -> Callable[[], int]:
    """What sends requests for some seconds and says how many were answered well."""

    def run() -> int:
        statuses = drive(port, requests, SECONDS, connections, depth=1)
        wrong = {status: number for status, number in statuses.items() if status >= 300}
        if wrong:
            raise SystemExit(f"the server answered {wrong}")
        return sum(statuses.values()) * each

    return run


def _bodies() -> list[bytes]:
    return [msgspec.json.encode(event(20) | {"event_id": f"event-{n}"}) for n in range(50)]


def _posts(servers: Servers, kind: str, bodies: list[bytes]) -> Iterator[bytes]:
    headers = {"Authorization": f"Bearer {servers.key}", "Content-Type": kind}
    return cycle([request("POST", PATH, headers, body) for body in bodies])


def _forms(servers: Servers, numbers: Iterator[int]) -> Iterator[bytes]:
    """Events with an image each, as forms."""
    boundary = "frame"
    headers = {
        "Authorization": f"Bearer {servers.key}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    prediction = msgspec.json.encode(event(20)["prediction"]).decode()
    for number in numbers:
        fields = {"event_id": f"kept-{number}", "prediction": prediction}
        parts = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"'
            "\r\n\r\n"
        )
        tail = f"\r\n--{boundary}--\r\n"
        body = parts.encode() + head.encode() + photo(number) + tail.encode()
        yield request("POST", PATH, headers, body)


def _write_and_sync(servers: Servers, number: int) -> int:
    """Write files of the same size where the server writes, each synced by itself."""
    folder = servers.parts.store_folder
    for each in range(number):
        with (folder / f"limit-{each % 50}").open("wb") as file:
            file.write(photo(each))
            file.flush()
            os.fsync(file.fileno())
    return number
