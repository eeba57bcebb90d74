"""Which event a post is: the same in production and in a replay."""

from hashlib import sha256

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.formats import roboflow

MAX_EVENT_ID = 200
"""Characters of an event id."""


def event_id_of(given: str, prediction: bytes, image: bytes = b"") -> str:
    """The id given by the deployment, or inside a Roboflow response, or a digest of the content.

    Raises:
        InvalidInputError: the id given is too long.
    """
    if len(given) > MAX_EVENT_ID:
        expected = f"at most {MAX_EVENT_ID} characters"
        raise InvalidInputError(FieldError("event_id", given, expected))
    return given or _id_of_roboflow(prediction) or sha256(prediction + image).hexdigest()


def _id_of_roboflow(prediction: bytes) -> str:
    # Most predictions hold no such word, and need not be decoded a second time.
    if b'"inference_id"' not in prediction:
        return ""
    try:
        found = roboflow.inference_id(msgspec.json.decode(prediction))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""  # in a field that the first decoding passed over
    return found if len(found) <= MAX_EVENT_ID else ""
