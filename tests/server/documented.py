"""What the document says of an answer, held against the answer."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from jsonschema_rs import Draft202012Validator

from webhook_server.openapi import document

API: dict[str, Any] = document("0.1.0", "", datetime(2026, 11, 24, tzinfo=UTC))
NDJSON = "application/x-ndjson"


def followed(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference refers to."""
    while "$ref" in node:
        *_, kind, name = node["$ref"].split("/")
        node = API["components"][kind][name]
    return node


def assert_fits(value: object, schema: dict[str, Any]) -> None:
    """A value is what a schema of the document says."""
    rooted = schema | {"components": API["components"]}
    errors = Draft202012Validator(rooted).iter_errors(value)
    assert not [each.message for each in errors], value


class Answer(Protocol):
    """What came back, from whichever client."""

    status_code: int

    @property
    def headers(self) -> Any:
        """By name."""

    @property
    def data(self) -> bytes:
        """The body."""


def assert_documented(operation: dict[str, Any], answer: Answer) -> None:
    """An answer is one of those that an operation has in the document."""
    status = str(answer.status_code)
    assert status in operation["responses"], (status, answer.data)
    documented = followed(operation["responses"][status])
    for name, header in documented.get("headers", {}).items():
        assert name in answer.headers or not header["required"], (status, name)
    assert_body_fits(documented, answer.headers.get("content-type", ""), answer.data)


def assert_body_fits(documented: dict[str, Any], content_type: str, body: bytes) -> None:
    """A body is what a documented answer says."""
    content, kind = documented.get("content", {}), content_type.partition(";")[0]
    if not content:
        assert body == b""
        return
    for value in _values(kind, body):
        assert_fits(value, content[kind]["schema"])


def _values(kind: str, body: bytes) -> Iterable[object]:
    if kind == NDJSON:
        return [msgspec.json.decode(line) for line in body.splitlines()]
    return [msgspec.json.decode(body)] if kind.endswith("json") else [body.decode()]
