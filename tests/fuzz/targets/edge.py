"""What a client at the edge reads: answers of the server, and what an earlier run left on disk."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx

from plugin.edge.api import Api
from plugin.edge.counts import Counts
from plugin.edge.offers import identify
from plugin.edge.options import Options
from plugin.edge.rules import Rules
from plugin.edge.signing import Signer
from plugin.edge.spool import EdgeSpool
from tests.fuzz.target import Parse, Target
from tests.samples import NOW, settings

URL = "http://lsal.example.com"


def targets(folder: Path) -> Iterator[Target]:
    """Answers first, then files."""
    answers = [
        b'202\n120\n{"outcome": "kept", "upload": {"url": "/v1/uploads/parts/0?signature=x"}}',
        b'422\n\n{"title": "Invalid", "errors": [{"field": "event_id", "expected": "a text"}]}',
        b"503\nWed, 25 Nov 2026 12:00:00 GMT\n<html>", b"429\n7\n{}",
    ]  # fmt: skip
    words = [b"-0000", b"\n", b"503", b"429", b"410", b"304", b"100", b"999"]
    yield Target("client: an answer", _answer, answers, words=words)
    rules = {"version": 3, "settings": settings().model_dump(mode="json")}
    cached = {"url": URL, "etag": "parts-3", "answer": rules}
    yield _rules(folder, [json.dumps(rules).encode(), json.dumps(cached).encode()])
    counts = folder / "counts.json"
    saved = {"frozen": [], "gathering": [{"report_id": "r1", "model_version": "v7", "counts": [
        {"hour": NOW.isoformat(), "outcome": "not_sampled", "number": 3}]}]}  # fmt: skip
    yield Target("client: counts left", _file(counts, Counts), [json.dumps(saved).encode()])
    yield _spool(folder / "spool")
    inside = b'{"inference_id": "b1", "predictions": []}'
    yield Target("client: id of an event", lambda data: identify("", data), [inside])
    yield Target(
        "client: signing secret", lambda data: Signer(data.decode("latin-1")), [b"whsec_AAAA"]
    )


_API = Api(URL, "key", "parts", Options())


def _answer(data: bytes) -> None:
    status, wait, body = (*data.split(b"\n", 2), b"", b"")[:3]
    code = int(status) if status.isdigit() and len(status) == 3 and status >= b"200" else 200
    answer = httpx.Response(code, headers={b"Retry-After": wait}, content=body)
    _API._http = httpx.Client(
        transport=httpx.MockTransport(lambda _: answer),
        verify=False,  # noqa: S501  nothing is sent: the transport answers by itself
    )
    _API.post_event(b"{}")


def _rules(folder: Path, samples: list[bytes]) -> Target:
    file = folder / "rules.json"

    def parse(data: bytes) -> None:
        file.write_bytes(data)
        Rules(file, URL, "parts").take(data, "")

    return Target("client: rules", parse, samples)


def _file(file: Path, reader: type[Counts]) -> Parse:
    def parse(data: bytes) -> None:
        file.write_bytes(data)
        reader(file)

    return parse


def _spool(folder: Path) -> Target:
    """Names of files in its folder: somebody may have copied others there."""
    (folder / "events").mkdir(parents=True)
    name = f"{10**18:020d}-{'0' * 32}"

    def parse(data: bytes) -> None:
        text = data.decode("latin-1").replace("/", "").replace("\0", "")[:80].lstrip(".") or "a"
        paths = [folder / "events" / f"{text}{suffix}" for suffix in (".json", ".jpg")]
        for path in paths:
            path.write_bytes(b"{}")
        spool = EdgeSpool(folder)
        entry = spool.next()
        assert entry is None or entry.content_type in {"", "image/jpeg"}
        assert spool.trim(10**9, 0.0) == 0
        for path in paths:
            path.unlink(missing_ok=True)

    return Target("client: spooled files", parse, [name.encode(), b"notes", b"1-"])
