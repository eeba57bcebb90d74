"""A request as granian's RSGI gives it, and what all routes of deployments do with it first.

RSGI: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from typing import Protocol
from urllib.parse import parse_qs

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError, NotAuthenticatedError
from plugin.services.intake.receiving import Answer
from plugin.stores.access.deployments import Deployment, Deployments
from webhook_server.intake.bodies import Body, Bounds, Chunks, drain
from webhook_server.replies import Headers


class RequestHeaders(Protocol):
    """Names in lower case."""

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of a header."""

    def items(self) -> list[tuple[str, str]]:
        """All of them."""


class Scope(Protocol):
    """What was asked."""

    method: str
    path: str
    query_string: str
    scheme: str
    client: str
    server: str
    http_version: str
    headers: RequestHeaders


class Stream(Protocol):
    """An answer on its way."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a piece of it."""


class Exchange(Chunks, Protocol):
    """Where the body comes from and the answer goes to."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer at once."""

    def response_stream(self, status: int, headers: Headers) -> Stream:
        """Answer bit by bit."""


_FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}


class Request:
    """One request of a deployment."""

    __slots__ = ("_body", "bounds", "exchange", "headers", "public_url", "scope")

    def __init__(
        self, scope: Scope, exchange: Exchange, bounds: Bounds, public_url: str = ""
    ) -> None:
        self.scope = scope
        self.headers = scope.headers  # each time it is asked for, granian makes it anew
        self.exchange = exchange
        self.bounds = bounds
        self.public_url = public_url
        self._body: Body | None = None

    def header(self, name: str) -> str:
        """A header, by its name in lower case; "" where it is not there."""
        return self.headers.get(name) or ""

    @property
    def media_type(self) -> str:
        """Of the body, without its parameters."""
        kind = self.header("content-type")
        return kind.partition(";")[0].strip().lower() if ";" in kind else kind.lower()

    def query(self, name: str) -> str:
        """A parameter of the query; "" where it is not there."""
        return parse_qs(self.scope.query_string).get(name, [""])[0]

    def flag(self, name: str) -> bool:
        """A parameter of the query that says yes or no; no where it is not there.

        Raises:
            InvalidInputError: it says something else.
        """
        if not self.scope.query_string:
            return False
        value = self.query(name)
        if (said := _FLAGS.get(value.lower())) is None:
            raise InvalidInputError(FieldError(name, value, "true or false"))
        return said

    @property
    def encoding(self) -> str:
        """Of the body; "" where it is as it is."""
        return self.header("content-encoding").lower()

    def body(self) -> Body:
        """The body, yet to be read.

        Raises:
            RefusedError: 415, its encoding is unknown.
        """
        return self._begin(self.encoding)

    def raw_body(self) -> Body:
        """The body as it comes over the wire, which is what a signature is of."""
        return self._begin("")

    async def drain(self) -> None:
        """Read what is left of the body after a refusal: who still sends hears no answer."""
        if self._body is None:
            await drain(aiter(self.exchange), self.bounds)
        elif not self._body.is_read:
            await drain(self._body.rest(), self.bounds)

    def _begin(self, encoding: str) -> Body:
        length = self.header("content-length")
        self._body = Body(self.exchange, length, encoding, self.bounds)
        return self._body

    def with_whole_address(self, answer: Answer) -> Answer:
        """The answer, its upload address (if any) with the host that the client sees us under."""
        if answer.upload is None:
            return answer
        base = self.public_url or f"{self.scope.scheme}://{self.header('host')}"
        upload = msgspec.structs.replace(answer.upload, url=base + answer.upload.url)
        return msgspec.structs.replace(answer, upload=upload)


def authenticate(header: str, deployments: Deployments, project: str) -> Deployment:
    """The deployment that posts, by the header Authorization.

    Raises:
        NotAuthenticatedError: there is no key, or it does not open this project.
    """
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise NotAuthenticatedError("expected the header Authorization: Bearer <deployment key>")
    deployment = deployments.authenticate(key.strip())
    if deployment.project != project:
        # The same words as for a wrong key: whether the project exists is nobody's business.
        raise NotAuthenticatedError("this key opens nothing")
    return deployment
