"""Flask behind RSGI: requests of people and of balancers, a few a second.

WSGI: https://peps.python.org/pep-3333/. An answer whose length is known is sent as a whole, one
whose length is not (Flask's way to say that it is being made) piece by piece.
"""

import sys
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from webhook_server.intake.requests import Scope
from webhook_server.piecewise import Pieces
from webhook_server.replies import Headers, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def call(app: "WSGIApplication", scope: Scope, body: bytes) -> Reply | Pieces:
    """Ask a WSGI application, and wait for its answer: all of it, unless it comes in pieces."""
    status, headers = 500, []

    def start(line: str, given: Headers, *_: object) -> Any:  # noqa: ANN401  PEP 3333's write()
        nonlocal status, headers
        status, headers = int(line.split(" ", 1)[0]), given

    answer: Iterable[bytes] = app(_environ(scope, body), start)
    if scope.method != "HEAD" and status == 200 and not _has_length(headers):
        return Pieces(status, headers, answer)
    try:
        return Reply(status, b"".join(answer), headers)
    finally:
        if hasattr(answer, "close"):
            answer.close()


def _has_length(headers: Headers) -> bool:
    return any(name.lower() == "content-length" for name, _ in headers)


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    server, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # PEP 3333 wants the bytes of a path as characters of Latin-1.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name != "content-length" and "_" not in name:
            # A name with "_" would stand for the one with "-", which a proxy may have checked.
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    return environ
