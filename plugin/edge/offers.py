"""An event between the caller and the spool."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TypedDict
from uuid import uuid4

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Prediction
from plugin.edge.images import Snapshot
from plugin.formats import roboflow
from plugin.formats.event_ids import MAX_EVENT_ID
from plugin.formats.native import Metadata
from plugin.formats.predictions import NATIVE, Expected, checked, decode_prediction
from plugin.formats.reading import UNREADABLE

Body = Prediction | bytes
"""A prediction of ours, or JSON of any accepted format."""


class EventFields(TypedDict, total=False):
    """What else `submit` may be told of an event.

    `event_id`: the same id draws the same, here and on the server; else Roboflow's `inference_id`,
    or a random one. `timestamp`: when the image was taken; a time without a zone is this machine's.
    `format`: of the prediction; recognised where it is not named. `bgr`: the order of an array's
    channels. `details`: called in the background and only for what is kept; gives the same
    prediction with what is dear to make, such as outlines.
    """

    event_id: str
    timestamp: datetime
    model_version: str
    metadata: Mapping[str, object]
    format: str
    bgr: bool
    details: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Offer:
    """An event that is kept, or not decided yet; then its prediction is as it was given."""

    event_id: str
    prediction: Body
    image: Snapshot
    fields: EventFields
    timestamp: datetime
    metadata: Metadata

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return self.image.size + (len(self.prediction) if isinstance(self.prediction, bytes) else 0)


class Backlog:
    """Offers that wait in memory, bounded; whoever does not fit pushes out the oldest."""

    def __init__(self, max_count: int, max_bytes: int) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._offers: deque[Offer] = deque()
        self._bytes = 0
        self._lock = Lock()

    def add(self, offer: Offer) -> list[Offer]:
        """Let an offer wait; the answer is what was pushed out, maybe the offer itself."""
        pushed_out = []
        with self._lock:
            self._offers.append(offer)
            self._bytes += offer.size
            while len(self._offers) > self._max_count or self._bytes > self._max_bytes:
                pushed_out.append(self._pop())
        return pushed_out

    def take(self) -> Offer | None:
        """The oldest; None where nobody waits."""
        with self._lock:
            return self._pop() if self._offers else None

    def __len__(self) -> int:
        return len(self._offers)

    def _pop(self) -> Offer:
        offer = self._offers.popleft()
        self._bytes -= offer.size
        return offer


def body_of(prediction: object) -> Body:
    """A prediction as bytes that nobody changes any more; one of ours stays as it is.

    Raises:
        InvalidInputError: something in it is no JSON.
    """
    if isinstance(prediction, Prediction | bytes):
        return prediction
    if isinstance(prediction, str):
        return prediction.encode()
    if isinstance(prediction, bytearray | memoryview):
        return bytes(prediction)
    return msgspec.json.encode(prediction, enc_hook=_plain)


def _plain(value: object) -> object:
    """Numbers and arrays of numpy, torch and the like, as Python has them."""
    to_list = getattr(value, "tolist", None)
    if to_list is None:
        raise InvalidInputError(FieldError("prediction", type(value).__name__, "plain values"))
    plain: object = to_list()
    return plain


def read_body(body: Body, expected: Expected, format_name: str) -> Prediction:
    """A prediction, decoded and checked as the server would.

    Raises:
        InvalidInputError: naming every field that is wrong, box by box.
    """
    if isinstance(body, Prediction):
        return checked(body, expected)
    return decode_prediction(body, expected, format_name)


def identify(given: str, body: Body) -> str:
    """The id of an event: as given, or as Roboflow named it, or a new one.

    Raises:
        InvalidInputError: the id given is no text, or too long.
    """
    if not isinstance(given, str) or len(given) > MAX_EVENT_ID:
        expected = f"a text of at most {MAX_EVENT_ID} characters"
        raise InvalidInputError(FieldError("event_id", given, expected))
    return given or _id_of_roboflow(body) or uuid4().hex


def _id_of_roboflow(body: Body) -> str:
    # Most predictions hold no such word, and need not be decoded a second time.
    if isinstance(body, Prediction) or b'"inference_id"' not in body:
        return ""
    try:
        found = roboflow.inference_id(msgspec.json.decode(body))
    except UNREADABLE:
        return ""  # the decoding proper will say what is wrong
    return found if len(found) <= MAX_EVENT_ID else ""


def timestamp_of(given: datetime | None, now: float) -> datetime:
    """When the image was taken, with a zone; now (seconds of the epoch) where nothing is given.

    Raises:
        InvalidInputError: it is no time.
    """
    if given is None:
        return datetime.fromtimestamp(now, UTC)
    if not isinstance(given, datetime):
        raise InvalidInputError(FieldError("timestamp", given, "a datetime"))
    return given if given.tzinfo else given.astimezone()


def metadata_of(given: Mapping[str, object]) -> Metadata:
    """Metadata as plain values.

    Raises:
        InvalidInputError: it is no mapping of texts to plain values.
    """
    try:
        plain = msgspec.to_builtins(dict(given), enc_hook=_plain)
        return msgspec.convert(plain, Metadata)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        said = f"names with plain values ({error})"
        raise InvalidInputError(FieldError("metadata", type(given).__name__, said)) from None


def posted(offer: Offer, prediction: Prediction, model_version: str) -> bytes:
    """The body of the post, written once: a retry is the same to the byte."""
    event = {
        "event_id": offer.event_id,
        "timestamp": offer.timestamp,
        "model_version": model_version,
        "metadata": offer.metadata,
        "format": NATIVE,
        "prediction": prediction,
    }
    if offer.image.url:
        event["image"] = {"url": offer.image.url}
    return msgspec.json.encode(event, enc_hook=_plain)
