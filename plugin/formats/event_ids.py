"""Which event a post is: the same in production and in a replay."""

from hashlib import sha256

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.formats import roboflow
from plugin.formats.native import PostedEvent, decode_image
from plugin.formats.reading import UNREADABLE

MAX_EVENT_ID = 200
"""Characters of an event id."""


def event_id_of(event: PostedEvent, image: bytes | None = None) -> str:
    """The id given by the deployment, or inside a Roboflow response, or a digest of the content.

    Args:
        event: as it was posted.
        image: the image where it came beside the event; one inside of it is found there.

    Raises:
        InvalidInputError: the id given is too long, or the image that counts is no base64.
    """
    if given := event.event_id:
        if len(given) > MAX_EVENT_ID:
            expected = f"at most {MAX_EVENT_ID} characters"
            raise InvalidInputError(FieldError("event_id", given, expected))
        return given
    prediction = bytes(event.prediction)
    return _id_of_roboflow(prediction) or _digest(event, prediction, image)


def _digest(event: PostedEvent, prediction: bytes, image: bytes | None) -> str:
    digest = sha256(prediction)
    if event.timestamp is not None:
        digest.update(event.timestamp.isoformat().encode())
    if image is None and (posted := decode_image(event.image)):
        image = posted.base64 or (posted.url or "").encode()
    digest.update(image or b"")
    return digest.hexdigest()


def _id_of_roboflow(prediction: bytes) -> str:
    # Most predictions hold no such word, and need not be decoded a second time.
    if b'"inference_id"' not in prediction:
        return ""
    try:
        found = roboflow.inference_id(msgspec.json.decode(prediction))
    except UNREADABLE:
        return ""  # in a field that the first decoding passed over
    return found if len(found) <= MAX_EVENT_ID else ""
