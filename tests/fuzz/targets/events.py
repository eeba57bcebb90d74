"""What deployments post around a prediction: events, forms, lines, gzip, keys, signatures."""

import base64
import gzip
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from plugin.edge.signing import Signer
from plugin.formats.event_ids import event_id_of
from plugin.formats.native import decode_as, decode_event, decode_metadata, decode_timestamp
from plugin.formats.signatures import read_headers, verify
from plugin.services.rules.replaying import Replay, Tally
from plugin.stores.access.deployments import Deployments
from plugin.stores.access.upload_addresses import UploadAddresses
from plugin.stores.backends.folder import FolderStore
from tests.fuzz.target import Target
from tests.samples import NOW, box, encoded, jpeg, prediction, settings
from webhook_server.intake.edge import Report
from webhook_server.intake.forms import parse_form
from webhook_server.intake.gunzip import Gunzip
from webhook_server.intake.lines import Lines
from webhook_server.intake.requests import Request, authenticate

_EVENT = {
    "event_id": "shot-17", "timestamp": "2026-11-23T11:59:00+01:00", "model_version": "v7",
    "metadata": {"line": 3, "shift": "early", "hot": True}, "format": "native",
    "prediction": prediction(box(), box("bolt", 0.9)),
}  # fmt: skip
_LINE = encoded(_EVENT).encode()
_SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"
_REPORT = {
    "report_id": "r1", "model_version": "v7",
    "counts": [{"hour": "2026-11-23T11:00:00Z", "outcome": "not_sampled", "number": 7}],
}  # fmt: skip
_FORM = (
    b"multipart/form-data; boundary=X\n"
    b'--X\r\nContent-Disposition: form-data; name="event_id"\r\n\r\nshot-1\r\n'
    b'--X\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{"line": 3}\r\n'
    b'--X\r\nContent-Disposition: form-data; name="timestamp"\r\n\r\n2026-11-23T12:00:00Z\r\n'
    b'--X\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n"
    b'--X\r\nContent-Disposition: form-data; name="prediction"\r\n\r\n{"boxes": []}\r\n--X--\r\n'
)
_DISPOSITIONS = (
    b'form-data; name="a"; filename="b.jpg"', b"; filename*=UTF-8''%ff", b"; charset=utf-7",
    b"; boundary=\"a b\"", b"--X--", b"--X\r\n", b"Content-Transfer-Encoding: base64", b"\r\n\r\n",
)  # fmt: skip


def targets(folder: Path) -> Iterator[Target]:
    """All of them; those that read keys and secrets have a Store in a folder."""
    with_image = _EVENT | {"image": {"base64": base64.b64encode(jpeg(32, 32)).decode()}}
    named = _EVENT | {"event_id": "", "prediction": {"inference_id": "b1", "predictions": []}}
    events = [_LINE, encoded(with_image).encode(), encoded(named).encode()]
    yield Target("event", lambda data: event_id_of(decode_event(data)), events)
    yield Target("event: metadata", _metadata, [b'{"line": 3, "shift": "early", "none": null}'])
    times = [b"2026-11-23T12:00:00Z", b"2026-11-23T12:00:00.123456+05:30", b"0001-01-01T00:00:00Z"]
    yield Target("event: timestamp", _timestamp, times)
    lines = b"\n".join([_LINE, b"", encoded(_EVENT | {"event_id": "shot-18"}).encode(), b""])
    yield Target("NDJSON as it comes in", _lines, [lines, _LINE])
    yield Target("NDJSON of a replay", _replayed, [lines, _LINE])
    packed = gzip.compress(_LINE)
    yield Target("gzip", _unpacked, [packed, packed + packed, gzip.compress(bytes(300_000))])
    yield Target("form", _form, [_FORM], words=_DISPOSITIONS)
    headers = Signer(_SECRET).headers("msg-1", b"{}", NOW.timestamp())
    yield Target("signature headers", _signed, ["\n".join(headers.values()).encode()])
    yield Target("counts of a client", lambda data: decode_as(Report, data), [_json(_REPORT)])
    yield from _of_a_store(FolderStore(folder, synced=False))


def _of_a_store(store: FolderStore) -> Iterator[Target]:
    deployments = Deployments(store)
    key = deployments.register("parts", "line-3", NOW)[1]

    def authenticated(data: bytes) -> None:
        authenticate(data.decode("latin-1"), deployments, "parts")

    yield Target("deployment key", authenticated, [f"Bearer {key}".encode()])
    addresses = UploadAddresses(store)
    address = addresses.path("parts", "0" * 32, NOW + timedelta(hours=1))

    def uploaded(data: bytes) -> None:
        request = _request(data)
        request.flag("explain")
        asked = request.query("expires"), request.query("signature")
        project, _, frame = request.scope.path.rpartition("uploads/")[2].partition("/")
        addresses.check(project, frame, *asked, NOW)

    yield Target("upload address, query", uploaded, [address.encode(), b"/?explain=1&explain=no"])


def _json(value: object) -> bytes:
    return encoded(value).encode()


def _metadata(data: bytes) -> None:
    decode_metadata(data.decode("utf-8", "replace"))


def _timestamp(data: bytes) -> None:
    assert decode_timestamp(data.decode("utf-8", "replace")).tzinfo


def _lines(data: bytes) -> None:
    """However a stream is cut into pieces, its lines are the same."""
    whole = Lines(500)
    expected = [*whole.feed(data), *whole.finish()]
    step, lines = 1 + zlib.crc32(data) % 97, Lines(500)
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    found = [line for piece in pieces for line in lines.feed(piece)]
    assert [*found, *lines.finish()] == expected
    assert lines.held == 0
    for line in expected:
        if line:
            decode_event(line)


def _replayed(data: bytes) -> None:
    tally = Tally()
    for replayed in Replay(settings()).answers(data.splitlines()):
        tally.add(replayed)
        msgspec.json.encode(replayed.answer)


def _unpacked(data: bytes) -> None:
    step, gunzip = 1 + zlib.crc32(data) % 4096, Gunzip()
    for at in range(0, len(data), step):
        for piece in gunzip.unpack(data[at : at + step]):
            assert len(piece) <= 1 << 18


def _form(data: bytes) -> None:
    content_type, _, body = data.partition(b"\n")
    event, _ = parse_form(body, content_type.decode("latin-1"))
    event_id_of(event)


def _signed(data: bytes) -> None:
    values = dict(zip(("id", "timestamp", "signature"), data.split(b"\n"), strict=False))
    headers = {f"webhook-{name}": value.decode("latin-1") for name, value in values.items()}
    verify(read_headers(headers), b"{}", [_SECRET], NOW)


class _Scope:
    """As much of a request as its address."""

    def __init__(self, path: str, query: str) -> None:
        self.path, self.query_string, self.headers = path, query, dict[str, str]()


def _request(data: bytes) -> Request:
    path, _, query = data.decode("latin-1").partition("?")
    scope: Any = _Scope(path, query)
    return Request(scope, scope, scope)
