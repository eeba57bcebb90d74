"""What Label Studio says: who asks, annotations, labelling configs, errors."""

import json
from collections.abc import Iterator

import httpx
import msgspec
from label_studio_sdk.core import ApiError

from plugin.domain.prediction import TaskType
from plugin.labelstudio.api.connection import translated
from plugin.labelstudio.label_configs import render
from plugin.labelstudio.merging import merge
from plugin.labelstudio.tokens import _account
from plugin.services.collection.marking import marks_of
from plugin.services.operations.adopting import parse_batch
from plugin.stores.objects import check_key
from tests.fuzz.target import Target
from tests.samples import CLASSES

_ANNOTATIONS = [
    {"id": 7, "completed_by": 3, "was_cancelled": False, "lead_time": 8.5,
     "updated_at": "2026-11-23T12:00:00.123456Z", "result": []},
    {"id": 8, "completed_by": 4, "was_cancelled": True, "lead_time": None,
     "updated_at": "2026-11-23T12:01:00Z", "result": []},
]  # fmt: skip
_WHO = {
    "email": "ann@example.com", "active_organization": 1, "id": 3,
    "org_membership": [{"role": "OW", "organization_id": 1}],
    "organization_membership": {"role": "AN"},
}  # fmt: skip
_XML = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"<![CDATA[", b"<!--", b"?>", b"xmlns:x='y'",
    b"</View>",
    b'<Label value="dent"/>', b'name="label"', b"&#0;", b"&#x10FFFF;", b'encoding="utf-16"',
)  # fmt: skip


def targets() -> Iterator[Target]:
    """All of them."""
    yield Target("Label Studio: annotations", _marks, [json.dumps(_ANNOTATIONS).encode()])
    yield Target("Label Studio: whose token", _owner, [json.dumps(_WHO).encode()])
    errors = [
        b'Wed, 25 Nov 2026 12:00:00 GMT\n{"detail": "slow", "validation_errors": {"a": ["b"]}}',
        b"120\n<html>busy</html>",
    ]
    yield Target(
        "Label Studio: an error", _error, errors, words=[b"-0000", b"+0100", b"\n", b"GMT"]
    )
    configs = [render(each, CLASSES, ("tip", "tail")).encode() for each in TaskType]
    yield Target("Label Studio: labelling config", _config, configs, words=_XML)
    yield Target("Label Studio: name of a batch", _batch, [b"2026-11-23.2", b"2026-W47", b"all"])


def _marks(data: bytes) -> None:
    found = _loaded(data)
    rows = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    for mark in marks_of(rows, str):
        msgspec.json.decode(msgspec.json.encode(mark), type=type(mark))  # as the ledger does


def _owner(data: bytes) -> None:
    _account(httpx.Response(200, content=data))


def _error(data: bytes) -> None:
    wait, _, body = data.decode("latin-1").partition("\n")
    status = 429 if len(body) % 2 else 500
    headers = {"Retry-After": wait, "Date": "Wed, 25 Nov 2026 11:59:00 GMT"}
    with translated():
        raise ApiError(headers=headers, status_code=status, body=_loaded(body.encode()))


def _config(data: bytes) -> None:
    config = data.decode("utf-8", "replace")
    merged = merge(config, [*CLASSES, "rust"])
    assert merge(merged, [*CLASSES, "rust"]) == merged


def _batch(data: bytes) -> None:
    name = data.decode("utf-8", "replace")
    if parse_batch(name):
        check_key(f"projects/parts/batches/{name}.json")


def _loaded(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.decode("latin-1")
