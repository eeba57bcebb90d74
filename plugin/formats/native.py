"""Our own formats: the event that a deployment posts and the prediction inside it."""

from datetime import datetime
from typing import Annotated, TypeVar

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Prediction
from plugin.formats.reading import UNREADABLE

T = TypeVar("T")

# A time without a zone means something else on every machine.
Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]

Metadata = dict[str, str | int | float | bool | None]


class PostedImage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An image inside the JSON, as base64, or the address where we may fetch it."""

    base64: bytes | None = None
    url: str | None = None


class PostedEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """An event as it is posted in JSON; in multipart the same fields, the image as a file.

    Prediction and image stay as they are: most events are turned away before an image is looked at.
    """

    prediction: msgspec.Raw
    event_id: str = ""
    timestamp: Timestamp | None = None
    model_version: str = ""
    metadata: Metadata = {}
    image: msgspec.Raw = msgspec.Raw()
    format: str = ""


_events = msgspec.json.Decoder(PostedEvent)
_images: msgspec.json.Decoder[PostedImage | None] = msgspec.json.Decoder(PostedImage | None)
_predictions = msgspec.json.Decoder(Prediction)
_timestamps = msgspec.json.Decoder(Timestamp)
_metadata = msgspec.json.Decoder(Metadata)


def decode_event(body: bytes) -> PostedEvent:
    """Decode a posted event; its prediction stays as it is for now.

    Raises:
        InvalidInputError: it is not JSON, or a field is missing, unknown or of a wrong type.
    """
    return _decode(_events, body, "")


def decode_image(raw: msgspec.Raw) -> PostedImage | None:
    """Decode the image of a posted event; None where it has none.

    Raises:
        InvalidInputError: it is neither base64 nor an address, or both.
    """
    body = bytes(raw)
    if not body:
        return None
    image = _decode(_images, body, "image")
    if image is not None and (image.base64 is None) == (image.url is None):
        raise InvalidInputError(FieldError("image", None, "either `base64` or `url`"))
    return image


def decode_metadata(text: str) -> Metadata:
    """Decode the metadata field of a multipart event.

    Raises:
        InvalidInputError: it is not a JSON object of plain values.
    """
    return _decode(_metadata, text.encode(), "metadata")


def decode_timestamp(text: str) -> datetime:
    """Decode the timestamp field of a multipart event.

    Raises:
        InvalidInputError: it is not a time by RFC 3339.
    """
    return _decode(_timestamps, msgspec.json.encode(text), "timestamp")


def decode(body: bytes) -> Prediction:
    """Decode a prediction in our own format; its values are not checked here.

    Raises:
        InvalidInputError: it is not JSON, or a field is missing or of a wrong type.
    """
    return _decode(_predictions, body, "prediction")


def decode_as(kind: type[T], body: bytes) -> T:
    """Decode a JSON body of another kind.

    Raises:
        InvalidInputError: it is not JSON, or a field is missing, unknown or of a wrong type.
    """
    return _decode(msgspec.json.Decoder(kind), body, "")


def _decode(decoder: msgspec.json.Decoder[T], body: bytes, at: str) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        # msgspec says "Expected `str`, got `int` - at `$.a[0].b`".
        said, _, path = str(error).partition(" - at `")
        field = (at + path.rstrip("`").removeprefix("$")).lstrip(".") or "body"
        raise InvalidInputError(FieldError(field, None, said)) from None
    except UNREADABLE as error:
        raise InvalidInputError(FieldError(at or "body", None, f"JSON ({error})")) from None
