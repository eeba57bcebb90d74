"""What deployments do: post events, upload images."""

from typing import Any

from plugin.domain.deciding import Outcome
from webhook_server.openapi import examples
from webhook_server.openapi.answers import JSON, NDJSON, answer, problems
from webhook_server.openapi.parameters import SIGNATURE, refer
from webhook_server.openapi.schemas import Schema, ref

Node = dict[str, Any]

_TURNED_AWAY = (
    Outcome.DISABLED, Outcome.NOT_SAMPLED, Outcome.NO_RULE_MATCHED,
    Outcome.NEAR_DUPLICATE, Outcome.CAP_REACHED,
)  # fmt: skip


def paths(schemas: dict[str, Schema]) -> dict[str, Node]:
    """The routes of deployments; `schemas` are those of the document."""
    return {
        "/v1/projects/{project}/events": {
            "parameters": refer("project"),
            "post": _post_events(schemas["PostedEvent"]),
        },
        "/v1/uploads/{project}/{frame_id}": {
            "parameters": refer("project", "frame_id"),
            "put": _put_image(),
        },
    }


def _post_events(event: Schema) -> Node:
    return {
        "operationId": "postEvents",
        "tags": ["deployments"],
        "summary": "Post one event, or many",
        "description": (
            "An event is one inference: what the model saw, and maybe the image. The same event "
            "again has the same answer; another body under the same id is a conflict."
        ),
        "security": [{"key": []}],
        "parameters": refer("explain", "Idempotency-Key", "Content-Encoding", *SIGNATURE),
        "requestBody": {
            "required": True,
            "content": {
                JSON: {"schema": ref("PostedEvent"), "examples": examples.events()},
                "multipart/form-data": {"schema": _form(event), "examples": examples.forms()},
                NDJSON: {"schema": _LINE_OF_REQUEST, "examples": examples.lines()},
            },
        },
        "responses": _answers_to_events(),
    }


def _answers_to_events() -> dict[str, Node]:
    turned_away = answer(
        "Turned away, with the reason; or NDJSON, which is always answered so: a line for a line.",
        _with_outcome(*_TURNED_AWAY),
    )
    turned_away["content"][NDJSON] = {"schema": _LINE_OF_ANSWER}
    return {
        "200": turned_away,
        "202": answer(
            "Kept, and durable. Where it had no image, `upload` says where that goes.",
            _with_outcome(Outcome.KEPT),
        ),
        **problems(400, 401, 404, 408, 413, 415, 422, 429, 503, _409=(
            "Another event was posted under this id; or the webhook-id was used before."
        )),
    }  # fmt: skip


def _put_image() -> Node:
    return {
        "operationId": "uploadImage",
        "tags": ["deployments"],
        "summary": "Upload the image of a frame that was kept",
        "description": (
            "To the whole address in `upload.url`, as it is: it is signed, works once and expires. "
            "A wrong image may be followed by the right one."
        ),
        "security": [{"signature": []}],
        "parameters": refer("expires", "Content-Encoding"),
        "requestBody": {
            "required": True,
            "description": "JPEG, PNG or WebP. We look at the bytes, not at the type.",
            "content": {f"image/{kind}": {"schema": {}} for kind in ("jpeg", "png", "webp")},
        },
        "responses": {
            "200": answer("It looks like a frame kept lately, and is not kept.",
                          _with_outcome(Outcome.NEAR_DUPLICATE)),
            "202": answer("Kept, and durable.", _with_outcome(Outcome.KEPT)),
            **problems(400, 403, 404, 408, 410, 413, 415, 422, 503, _409=(
                "The frame has its image already, or is getting it this moment."
            )),
        },
    }  # fmt: skip


def _with_outcome(*outcomes: Outcome) -> Node:
    return ref("Answer") | {
        "properties": {"outcome": {"enum": [str(each) for each in outcomes]}},
        "required": ["outcome", "frame_id"],
    }


def _form(event: Schema) -> Node:
    """The fields of an event as texts, and its image as a file."""
    fields = {
        name: {"type": "string", "description": schema.get("description", "")}
        for name, schema in event["properties"].items()
    }
    for name in ("prediction", "metadata"):
        fields[name] |= {"contentMediaType": JSON, "contentSchema": event["properties"][name]}
    for name in ("event_id", "format"):
        fields[name] |= event["properties"][name]
    fields["timestamp"]["format"] = "date-time"
    fields["image"] = {
        "type": "string",
        "format": "binary",
        "description": "A file: JPEG, PNG or WebP. " + event["properties"]["image"]["description"],
    }
    return {
        "type": "object",
        "properties": fields,
        "required": ["prediction"],
        "additionalProperties": False,
    }


_LINE_OF_REQUEST = {
    "description": (
        "An event a line. The schema is that of one line. Lines are read, decided and answered as "
        "they come; a bad line is only one bad line."
    ),
    **ref("PostedEvent"),
}
_LINE_OF_ANSWER = {
    "description": (
        "A line for each line that is not empty, in their order: an answer, or what was wrong. The "
        "schema is that of one line. Of what is turned away only the outcome is said, unless "
        "`explain` asks for more. A status of 503 in a line: it could not be made durable."
    ),
    "anyOf": [ref("Answer"), ref("Problem")],
}
