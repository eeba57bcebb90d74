"""The server's HTTP API, as the client needs it: every answer is one of a few things."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import httpx
import msgspec

from plugin.domain.deciding import Outcome
from plugin.edge.errors import (
    ClosedDoorError,
    ExpiredUploadError,
    RejectedError,
    ServerAwayError,
)
from plugin.edge.options import Options
from plugin.edge.signing import Signer
from plugin.formats.reading import UNREADABLE

_COME_AGAIN = {408, 425, 429}
_CLOSED = {401, 403, 404, 405}
"""On our fixed addresses these mean a wrong key or a wrong URL, never one bad event."""


class Upload(msgspec.Struct):
    """Where the image of a kept event is to be put."""

    url: str


class Answer(msgspec.Struct):
    """What the server said of an event; a newer one may know outcomes that we do not."""

    outcome: str
    upload: Upload | None = None


class Api:
    """One project on one server. For one thread."""

    def __init__(self, url: str, key: str, project: str, options: Options) -> None:
        self._base = url.rstrip("/") + "/"
        self._project = f"{self._base}v1/projects/{project}"
        self._key = {"Authorization": f"Bearer {key}"}
        self._http = httpx.Client(timeout=options.timeout)
        self._signer = Signer(options.signing_secret) if options.signing_secret else None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def rules(self, etag: str) -> tuple[bytes, str] | None:
        """The rules and their ETag; None where they are still those of `etag`."""
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._call("GET", f"{self._project}/rules", self._key | headers)
        if answer.status_code == 304:
            return None
        return _taken(answer).content, answer.headers.get("ETag", "")

    def post_event(self, body: bytes) -> Answer:
        """Post an event without its image."""
        return _decoded(_taken(self._post("events", body)))

    def put_image(self, upload: Upload, image: bytes, content_type: str) -> str:
        """Put the image where the server wants it; an image that is there already is kept.

        Raises:
            ExpiredUploadError: the address is not valid any more.
        """
        url = urljoin(self._base, upload.url)
        answer = self._call("PUT", url, {"Content-Type": content_type}, image)
        if answer.status_code == 409:
            return Outcome.KEPT  # our first try came through, only its answer was lost
        if answer.status_code == 410:
            raise ExpiredUploadError(_detail(answer))
        if answer.status_code in _CLOSED:
            raise RejectedError(_detail(answer))
        return _decoded(_taken(answer)).outcome

    def post_counts(self, report: bytes) -> None:
        """Post counts; the same report again is the server's to recognise."""
        _taken(self._post("counts", report))

    def _post(self, what: str, body: bytes) -> httpx.Response:
        headers = self._key | {"Content-Type": "application/json"}
        if self._signer:
            headers |= self._signer.headers(uuid4().hex, body, time.time())
        return self._call("POST", f"{self._project}/{what}", headers, body)

    def _call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> httpx.Response:
        try:
            return self._http.request(method, url, headers=headers, content=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerAwayError(f"{type(error).__name__} {error}".strip()) from error


def _taken(answer: httpx.Response) -> httpx.Response:
    """The answer, if it is a good one.

    Raises:
        ServerAwayError: come again.
        ClosedDoorError: the key or the address is wrong.
        RejectedError: never again with this.
    """
    status = answer.status_code
    if answer.is_success:
        return answer
    if status in _COME_AGAIN or status >= 500:
        raise ServerAwayError(_detail(answer), _retry_after(answer.headers.get("Retry-After", "")))
    if status in _CLOSED or not answer.is_client_error:
        raise ClosedDoorError(_detail(answer))
    raise RejectedError(_detail(answer))


def _decoded(answer: httpx.Response) -> Answer:
    try:
        return msgspec.json.decode(answer.content, type=Answer)
    except UNREADABLE as error:
        raise ServerAwayError(f"an answer that is none of ours ({error})") from error


def _detail(answer: httpx.Response) -> str:
    """What the problem details say, or the status."""
    said = str(answer.status_code)
    try:
        problem: Any = msgspec.json.decode(answer.content)
    except UNREADABLE:
        return said
    if not isinstance(problem, dict):
        return said
    words = [problem.get("title"), problem.get("detail"), *_errors(problem.get("errors"))]
    return f"{said} " + "; ".join(str(word)[:300] for word in words if word)


def _errors(errors: object) -> list[str]:
    rows = errors[:5] if isinstance(errors, list) else []
    return [f"{e.get('field')}: expected {e.get('expected')}" for e in rows if isinstance(e, dict)]


def _retry_after(header: str) -> float | None:
    """Seconds to wait, from seconds or a date; None where it says nothing."""
    if header.strip().isdecimal():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):  # no date, or one without a zone
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - datetime.now(UTC)).total_seconds())
