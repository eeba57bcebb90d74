"""The parameters of the document: what comes in paths, queries and headers."""

from typing import Any

from plugin.domain.settings import ProjectSettings
from plugin.formats.event_ids import MAX_EVENT_ID

Node = dict[str, Any]

_FRAME_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}


def parameters() -> dict[str, Node]:
    """Every parameter that routes refer to, by its name here."""
    found = {
        "project": _path("The project's name.", _project()),
        "frame_id": _path("The frame's id, as the answer to the event gave it.", _FRAME_ID),
        "expires": _query(
            "Until when the address is good, in seconds since 1970.",
            {"type": "integer", "minimum": 0},
            required=True,
        ),
        "explain": _query(
            "Of NDJSON: answer also what is turned away with its frame id and its reason. "
            "Costs several times the decision.",
            {"type": "boolean", "default": False},
        ),
        "Idempotency-Key": _header(
            "The event's id, where it has none of its own. Not looked at in NDJSON.",
            {"type": "string", "maxLength": MAX_EVENT_ID},
        ),
        "If-None-Match": _header("The ETag that you have: 304 where nothing changed."),
        "Content-Encoding": _header(
            "How the body is compressed.", {"type": "string", "enum": ["", "gzip", "identity"]}
        ),
        "webhook-id": _header("Another one for every post. " + _SIGNED),
        "webhook-timestamp": _header("Seconds since 1970. " + _SIGNED),
        "webhook-signature": _header("`v1,` and a base64 HMAC-SHA256. " + _SIGNED),
    }
    return {name: {"name": name, **each} for name, each in found.items()}


def refer(*names: str) -> list[Node]:
    """References to parameters."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


SIGNATURE = ("webhook-id", "webhook-timestamp", "webhook-signature")
"""The parameters of a signed post."""

_SIGNED = "Only for deployments that sign: https://www.standardwebhooks.com, docs/deployments.md."


def _path(said: str, schema: Node) -> Node:
    return {"in": "path", "required": True, "description": said, "schema": schema}


def _query(said: str, schema: Node, *, required: bool = False) -> Node:
    return {"in": "query", "required": required, "description": said, "schema": schema}


def _header(said: str, schema: Node | None = None) -> Node:
    return {"in": "header", "description": said, "schema": schema or {"type": "string"}}


def _project() -> Node:
    schema = ProjectSettings.model_json_schema()["properties"]["project"]
    return {name: schema[name] for name in ("type", "minLength", "maxLength", "pattern")}
