"""Events as forms: multipart, an event's fields beside its image as a file."""

import msgspec
from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.formats.native import PostedEvent, decode_metadata, decode_timestamp
from webhook_server.replies import RefusedError

MAX_FIELD_BYTES = 4_000_000
MAX_PARTS = 20

_FIELDS = frozenset(PostedEvent.__struct_fields__)


def parse_form(body: bytes, content_type: str) -> tuple[PostedEvent, bytes | None]:
    """The event in a form, and its image where there is one.

    Raises:
        InvalidInputError: naming every field that is unknown, missing or wrong.
        RefusedError: 413, too many parts, or a field that is too large.
    """
    parts, files = _parts(body, content_type)
    if unknown := parts.keys() - _FIELDS:
        expected = "one of " + ", ".join(sorted(_FIELDS))
        raise InvalidInputError(*(FieldError(name, None, expected) for name in sorted(unknown)))
    image = parts.pop("image", None)
    if image is not None and "image" not in files:
        raise InvalidInputError(FieldError("image", image[:80], "a file"))
    if large := [name for name, value in parts.items() if len(value) > MAX_FIELD_BYTES]:
        said = f"{large[0]}: expected at most {MAX_FIELD_BYTES} bytes"
        raise RefusedError(413, "Content too large", said)
    return _event(parts), image


def _event(parts: dict[str, bytes]) -> PostedEvent:
    if not parts.get("prediction"):
        raise InvalidInputError(FieldError("prediction", None, "the prediction as JSON"))
    texts = {name: _text(name, value) for name, value in parts.items() if name != "prediction"}
    metadata, timestamp = texts.get("metadata"), texts.get("timestamp")
    return PostedEvent(
        prediction=msgspec.Raw(parts["prediction"]),
        event_id=texts.get("event_id", ""),
        timestamp=decode_timestamp(timestamp) if timestamp else None,
        model_version=texts.get("model_version", ""),
        metadata=decode_metadata(metadata) if metadata else {},
        format=texts.get("format", ""),
    )


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise InvalidInputError(FieldError(name, value[:80], "text in UTF-8")) from None


def _parts(body: bytes, content_type: str) -> tuple[dict[str, bytes], set[str]]:
    """Every part by its name, and the names of those that are files.

    Of a name that comes twice the last counts.
    """
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not boundary:
        raise InvalidInputError(FieldError("Content-Type", content_type[:80], "a boundary"))
    segments: list[tuple[MultipartSegment, list[bytes]]] = []
    try:
        with PushMultipartParser(boundary, len(body), max_segment_count=MAX_PARTS) as parser:
            for each in parser.parse(body):
                if isinstance(each, MultipartSegment):
                    segments.append((each, []))
                elif each:
                    segments[-1][1].append(bytes(each))
    except ParserLimitReached as error:
        said = f"expected at most {MAX_PARTS} parts with short headers ({error})"
        raise RefusedError(413, "Content too large", said) from None
    except (MultipartError, UnicodeError) as error:
        expected = f"multipart/form-data ({error})"
        raise InvalidInputError(FieldError("body", None, expected)) from None
    found = {segment.name or "": b"".join(pieces) for segment, pieces in segments}
    return found, {segment.name or "" for segment, _ in segments if segment.filename is not None}
