"""Requests as bytes, with what only a running server knows left open; and their answers."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

TIMEOUT = 10.0
"""Seconds after which an answer is late: a hang."""

KEY, SESSION, TOKEN = b"%%key%%", b"%%session%%", b"%%token%%"
UPLOAD, HOOK = b"%%upload%%", b"%%hook%%"
"""Stand in a request for a deployment's key, a session's cookie and its CSRF token; for the path of
an upload that is waited for, and the secret of a webhook."""

NO_ANSWER = 0


@dataclass(frozen=True)
class Ask:
    """A request of a group. `who` is signed in ("" for nobody); `may_be_away` allows a 503.

    `data` is all of it; that of a raw one is sent alone, and then nothing more.
    """

    group: str
    data: bytes
    who: str = ""
    may_be_away: bool = False
    is_raw: bool = False

    @property
    def method(self) -> str:
        """As far as it has one."""
        return self.data.partition(b" ")[0].decode("latin-1")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, NO_ANSWER where the connection was closed; `problem` says what is wrong."""

    status: int
    seconds: float
    problem: str = ""


def request(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire, but for its length."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {_one_line(value)}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def with_length(data: bytes, values: Mapping[bytes, bytes]) -> bytes:
    """A request with what was left open filled in, and the length of its body."""
    for name, value in values.items():
        data = data.replace(name, value)
    head, _, body = data.partition(b"\r\n\r\n")
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _one_line(value: str) -> str:
    return value.translate({13: " ", 10: " ", 0: " "})


@dataclass
class Line:
    """A connection to a server, opened anew when it was closed."""

    url: str
    _open: socket.socket | None = field(default=None)

    def ask(self, data: bytes, method: str, *, is_raw: bool = False) -> Answer:
        """Send a request and read its answer to the end."""
        begun = time.perf_counter()
        for _ in range(2):
            was_open = self._open is not None and not is_raw
            try:
                status = self._exchange(data, method, is_raw=is_raw)
            except TimeoutError:
                self.close()
                return Answer(NO_ANSWER, time.perf_counter() - begun, f"no answer in {TIMEOUT:g} s")
            except (OSError, HTTPException) as error:
                self.close()
                if was_open:
                    continue  # it was closed since the last answer, as it may be
                return Answer(NO_ANSWER, time.perf_counter() - begun, "" if is_raw else repr(error))
            return Answer(status, time.perf_counter() - begun)
        return Answer(NO_ANSWER, time.perf_counter() - begun, "closed twice")

    def close(self) -> None:
        """Hang up."""
        if self._open:
            self._open.close()
        self._open = None

    def _exchange(self, data: bytes, method: str, *, is_raw: bool) -> int:
        if is_raw or self._open is None:
            self.close()
            address = urlsplit(self.url)
            self._open = socket.create_connection((str(address.hostname), address.port or 0))
            self._open.settimeout(TIMEOUT)
        self._open.sendall(data)
        if is_raw:
            self._open.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(self._open, method=method)
        answer.begin()
        answer.read()
        if answer.will_close or is_raw:
            self.close()
        return answer.status
