"""What Label Studio answers when it refuses or fails, in our own errors."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from plugin.demo.processes import free_port
from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.labelstudio.gateway import LabelStudioGateway
from tests.stand_ins import running

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"
LATER = "Mon, 23 Nov 2026 12:01:30 GMT"
TOKEN = "0123456789abcdef0123456789abcdef01234567"


class _Server(BaseHTTPRequestHandler):
    """Answers every request with what the test has put here."""

    status = 200
    headers_sent: dict[str, str]
    body = b""

    def do_GET(self) -> None:
        self.send_response_only(self.status)
        for name, value in {"Date": DATE, **self.headers_sent}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


Answer = Callable[..., LabelStudioGateway]


@pytest.fixture
def answering() -> Iterator[Answer]:
    """A gateway to a server of which every answer is the one asked for."""
    with running(HTTPServer(("127.0.0.1", 0), _Server)) as server:
        gateway = LabelStudioGateway(f"http://127.0.0.1:{server.server_port}", TOKEN)

        def answer(status: int, body: str = "{}", **headers: str) -> LabelStudioGateway:
            _Server.status, _Server.body = status, body.encode()
            _Server.headers_sent = {
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            }
            return gateway

        yield answer
        gateway.close()


def _through_the_sdk(gateway: LabelStudioGateway) -> object:
    return gateway.email()


def _beside_the_sdk(gateway: LabelStudioGateway) -> object:
    return gateway.storages(1, "s3")


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("", None), ("30", 30.0), (LATER, 90.0), (DATE, 0.0), ("soon", None), ("-1", None)],
)
def test_the_wait_that_a_server_asks_for_is_known(
    answering: Answer, asked: str, seconds: float | None
) -> None:
    for ask in (_through_the_sdk, _beside_the_sdk):
        with pytest.raises(LabelStudioError) as caught:
            ask(answering(429, Retry_After=asked))
        assert (caught.value.status, caught.value.retry_after) == (429, seconds)


@pytest.mark.parametrize("body", ['{"half": ', "<html>Welcome</html>"])
def test_a_good_status_without_json_is_no_good_answer(answering: Answer, body: str) -> None:
    for ask in (_through_the_sdk, _beside_the_sdk):
        with pytest.raises(LabelStudioError) as caught:
            ask(answering(200, body))
        assert caught.value.status == 0


def test_a_page_is_not_repeated_in_an_error(answering: Answer) -> None:
    with pytest.raises(LabelStudioError, match="500 answered with a page"):
        answering(500, "<html>" + 1000 * "oh " + "</html>").storages(1, "s3")


def test_what_is_not_there_has_an_error_of_its_own_and_a_project_is_none(answering: Answer) -> None:
    gateway = answering(404, '{"detail": "Not found."}')
    assert gateway.project(12) is None
    with pytest.raises(NotFoundError):
        gateway.counts(12)


def test_a_server_that_does_not_answer_has_status_0() -> None:
    gateway = LabelStudioGateway(f"http://127.0.0.1:{free_port(0)}", TOKEN)
    with pytest.raises(LabelStudioError, match="does not answer") as caught:
        gateway.version()
    assert (caught.value.status, caught.value.retry_after) == (0, None)
    gateway.close()


def test_removing_no_uploads_asks_for_nothing() -> None:
    """Asked without ids, Label Studio would remove all files of the project."""
    gateway = LabelStudioGateway(f"http://127.0.0.1:{free_port(0)}", TOKEN)
    gateway.remove_uploads(1, [])
    gateway.close()
