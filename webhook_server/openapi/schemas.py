"""The schemas of the document: made from the types that requests and answers are coded with."""

from inspect import cleandoc
from typing import Any

import msgspec

from plugin.domain.prediction import Prediction
from plugin.domain.settings import ProjectSettings
from plugin.formats.event_ids import MAX_EVENT_ID
from plugin.formats.native import PostedEvent, PostedImage
from plugin.formats.predictions import FORMATS
from plugin.services.intake.receiving import Answer
from webhook_server.intake.edge import Report, Rules, Taken
from webhook_server.operations.health import Alive, NotReady, Ready
from webhook_server.replies import Problem

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """A reference to one of `schemas`."""
    return {"$ref": f"#/components/schemas/{name}"}


def schemas() -> dict[str, Schema]:
    """Every schema by its name.

    What the types leave open is said here: an event's prediction and image are decoded later than
    the event, and the settings are another library's type.
    """
    types = (
        _with_types(PostedEvent, prediction=Any, image=PostedImage | None), PostedImage,
        _with_types(Rules, settings=dict[str, Any]),
        Prediction, Answer, Problem, Report, Taken, Alive, Ready, NotReady,
    )  # fmt: skip
    _, found = msgspec.json.schema_components(types, ref_template=ref("{name}")["$ref"])
    found |= _settings() | {"AnyPrediction": _any_prediction()}
    found["PostedEvent"]["properties"]["prediction"] = ref("AnyPrediction")
    found["PostedEvent"]["properties"]["event_id"]["maxLength"] = MAX_EVENT_ID
    found["PostedEvent"]["properties"]["format"]["enum"] = ["", *FORMATS]
    found["PostedImage"] |= _either("base64", "url")
    found["Rules"]["properties"]["settings"] = ref(ProjectSettings.__name__)
    found["Upload"]["properties"]["expires_at"]["format"] = "date-time"
    for name, properties in _WORDS.items():
        for field, said in properties.items():
            found[name]["properties"][field]["description"] = said
    for schema in found.values():
        schema["description"] = cleandoc(schema.get("description", ""))
    return found


def _with_types(kind: type[msgspec.Struct], **types: object) -> type[msgspec.Struct]:
    """The same struct with other types for some fields; an unset default becomes None."""
    config = kind.__struct_config__
    fields: list[tuple[str, object] | tuple[str, object, object]] = []
    for field in msgspec.structs.fields(kind):
        replaced = types.pop(field.name, field.type)
        if field.required:
            fields.append((field.name, replaced))
            continue
        default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        default = None if isinstance(default, msgspec.Raw) else default
        fields.append((field.name, replaced, msgspec.field(default=default)))
    return msgspec.defstruct(
        kind.__name__, fields, kw_only=True, forbid_unknown_fields=config.forbid_unknown_fields,
        namespace={"__doc__": kind.__doc__},
    )  # fmt: skip


def _any_prediction() -> Schema:
    others = ", ".join(name for name in FORMATS if name != "native")
    return {
        "description": (
            f"What the model saw: our own format, or any other that we accept ({others}), "
            "as it is. Most are objects, some are arrays; see docs/formats.md."
        ),
        "anyOf": [
            ref(Prediction.__name__),
            {"type": "object", "title": "Another format, an object"},
            {"type": "array", "title": "Another format, an array", "items": {"type": "object"}},
        ],
    }


def _either(one: str, other: str) -> Schema:
    """Exactly one of two fields is there, and not null."""
    return {
        "oneOf": [
            {
                "required": [name],
                "properties": {name: {"type": "string"}, without: {"type": "null"}},
            }
            for name, without in ((one, other), (other, one))
        ]
    }


def _settings() -> dict[str, Schema]:
    """The schema of a project's settings, as they are given to clients."""
    template = ref("{model}")["$ref"]
    schema = ProjectSettings.model_json_schema(mode="serialization", ref_template=template)
    parts: dict[str, Schema] = schema.pop("$defs", {})
    return parts | {ProjectSettings.__name__: schema}


_WORDS = {
    "PostedEvent": {
        "event_id": (
            "The same id is the same event, whenever it is posted again. Without one: the header "
            "Idempotency-Key, Roboflow's `inference_id`, or a digest of the content."
        ),
        "timestamp": "When the image was taken, with a zone. Without one: now.",
        "model_version": "What the prediction comes from.",
        "metadata": "Plain values that are kept with the frame.",
        "image": "Without one, the answer to a kept event says where to upload it.",
        "format": "The prediction's format. Without one it is recognised.",
    },
    "PostedImage": {
        "base64": "JPEG, PNG or WebP.",
        "url": "Where we may fetch it: on a host that the server allows (LSAL_IMAGE_HOSTS).",
    },
    "Answer": {
        "outcome": "What became of the event.",
        "frame_id": "The same for the same event.",
        "rule": "The rule that was charged.",
        "reason": "Why, in words, with the value found and the bound it met.",
        "upload": "Where the image goes; there where the event was kept and had none.",
    },
    "Upload": {"url": "Needs no key, works once.", "expires_at": "When the place is given up."},
    "Report": {"report_id": "Another one for every report; the same again changes nothing."},
    "Count": {"outcome": "`dropped`: the client lost it.", "hour": "Of the last 30 days."},
    "Rules": {"version": "Grows with every change."},
    "Problem": {
        "type": "Always `about:blank`: the status says what kind of problem it is.",
        "errors": "Every field that is wrong.",
        "line": "In NDJSON: which line, counting from 1.",
    },
    "WrongField": {
        "field": "Where it is, such as `prediction.boxes[0].xyxy`.",
        "value": "What it was, shortened.",
        "expected": "What it should be.",
    },
}
"""What fields mean, where their names and types do not say it."""
