"""What only a real server shows: clients that are slow, break off or lie, and several servers."""

import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from redis import Redis

from tests.samples import box, encoded, jpeg, prediction, settings
from tests.served import Served, served
from tests.server.test_events import event

PATH = "/v1/projects/parts/events"
REFUSED = encoded(event(image=None, prediction=prediction(box(confidence=0.9)))).encode()


@pytest.fixture(scope="module")
def half_a_head(server: Served) -> Iterator[socket.socket]:
    """A client that never ends its head; it is begun early, so that nobody has to wait for it."""
    with closing(connect(server)) as slow:
        slow.sendall(head(server)[:-2])
        yield slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Served]:
    """One server for all of these tests."""
    folder: Path = tmp_path_factory.mktemp("served")
    with served(folder, redis_url, settings(), LSAL_MAX_BODY_MB="2") as running:
        yield running


def connect(server: Served) -> socket.socket:
    address = urlsplit(server.url)
    connection = socket.create_connection((str(address.hostname), address.port or 0))
    connection.settimeout(20)
    return connection


def head(server: Served, *lines: str, path: str = PATH) -> bytes:
    usual = (f"POST {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {server.key}")
    return "\r\n".join([*usual, "Content-Type: application/json", *lines, "", ""]).encode()


def status(connection: socket.socket) -> int:
    answer = connection.recv(65_536)
    return int(answer.split(b" ", 2)[1]) if answer else 0


def post(
    server: Served, body: bytes | Iterator[bytes] = REFUSED, headers: dict[str, str] | None = None
) -> httpx.Response:
    usual = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    sent = usual | (headers or {})
    return httpx.post(server.url + PATH, content=body, headers=sent, timeout=20)


def test_five_hundred_slow_clients_hold_nobody_up(
    server: Served, half_a_head: socket.socket
) -> None:
    assert half_a_head.fileno() > 0
    with ExitStack() as stack:
        for number in range(500):
            slow = stack.enter_context(closing(connect(server)))
            slow.sendall(head(server, "Content-Length: 5000") + b"{" * (number % 100))
        assert post(server).status_code == 200
        assert httpx.get(server.url + "/healthz", timeout=20).status_code == 200


def test_a_client_that_was_slow_is_answered_all_the_same(server: Served) -> None:
    with closing(connect(server)) as slow:
        slow.sendall(head(server, f"Content-Length: {len(REFUSED)}"))
        for at in range(0, len(REFUSED), 40):
            slow.sendall(REFUSED[at : at + 40])
        assert status(slow) == 200


@pytest.mark.parametrize("sent", [b"", b'{"event_id": "e1", '])
def test_a_client_that_breaks_off_leaves_nothing_behind(server: Served, sent: bytes) -> None:
    with closing(connect(server)) as broken:
        broken.sendall(head(server, "Content-Length: 5000") + sent)
        broken.shutdown(socket.SHUT_WR)
        assert status(broken) in {0, 400, 422}
    with closing(connect(server)) as gone:
        gone.sendall(head(server, "Content-Length: 5000") + sent)
    assert post(server).status_code == 200
    assert list(server.application.spool.pending("parts")) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(("Content-Length: nonsense",), {400}, id="no number"),
        pytest.param(("Content-Length: -5",), {400}, id="negative"),
        pytest.param(("Content-Length: 5", "Content-Length: 6"), {400}, id="two lengths"),
        pytest.param(("Content-Length: 99999999999999999999",), {400, 413}, id="huge"),
        pytest.param(("Transfer-Encoding: nonsense",), {400, 411, 501}, id="unknown coding"),
        pytest.param(("Transfer-Encoding: chunked, identity",), {400}, id="chunked is not last"),
        pytest.param(
            ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), {400}, id="two codings"
        ),
        pytest.param(("Transfer-Encoding:\x0bchunked",), {400}, id="a coding behind no space"),
        pytest.param(("Transfer-Encoding : chunked",), {400}, id="a space behind a name"),
        pytest.param(("Content-Length: 2, 2",), {400}, id="a list of lengths"),
        pytest.param(("Content-Length: +2",), {400}, id="a sign"),
        pytest.param(("X-A: a", " b: c", "Content-Length: 2"), {400}, id="a folded line"),
        pytest.param(("X-A: a\rX-B: b", "Content-Length: 2"), {400}, id="a bare CR"),
        pytest.param(("X-A: a\0b", "Content-Length: 2"), {400}, id="a NUL"),
        pytest.param(tuple(f"X-{n}: y" for n in range(500)), {400, 431}, id="headers without end"),
        pytest.param(("Bad Header: x", "Content-Length: 2"), {400}, id="a space in a name"),
        pytest.param((f"X-Long: {'x' * 500_000}",), {400, 431}, id="a header without end"),
    ],
)
def test_a_wrong_head_is_refused(
    server: Served, lines: tuple[str, ...], expected: set[int]
) -> None:
    with closing(connect(server)) as connection:
        try:
            connection.sendall(head(server, *lines) + b"{}")
            assert status(connection) in expected | {0}
        except ConnectionError:
            pass  # hung up on, while it was still sending
    assert post(server).status_code == 200


def test_a_body_behind_a_chunked_lie_is_no_second_request(server: Served) -> None:
    """With both lengths given the chunked one counts, and nothing is smuggled behind it."""
    smuggled = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    lines = ("Transfer-Encoding: chunked", f"Content-Length: {len(smuggled)}")
    with closing(connect(server)) as connection:
        connection.sendall(head(server, *lines) + smuggled)
        received = b""
        try:
            while piece := connection.recv(65_536):
                received += piece
        except (TimeoutError, ConnectionError):
            pass
        assert received.count(b"HTTP/1.1 ") == 1


def test_what_a_header_says_never_becomes_a_header(server: Served) -> None:
    evil = "a%0d%0aSet-Cookie:%20x=1"
    answer = httpx.post(f"{server.url}/v1/projects/{evil}/events", content=b"{}", timeout=20)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    named = post(server, headers={"X-Request-Id": "a b", "Content-Type": "text/plain"})
    assert named.status_code == 415
    assert named.headers["x-request-id"] != "a b"


def test_a_file_name_is_of_no_use_to_anybody(server: Served) -> None:
    files = {"image": ("../../../etc/passwd\0.jpg", jpeg(), "image/jpeg")}
    fields = {"event_id": "named", "prediction": encoded(prediction(box()))}
    headers = {"Authorization": f"Bearer {server.key}"}
    answer = httpx.post(server.url + PATH, data=fields, files=files, headers=headers, timeout=20)
    assert answer.status_code == 202
    keys = list(server.application.store.keys("projects/parts/images/"))
    assert [key.rpartition("/")[2] for key in keys] == [f"{answer.json()['frame_id']}.jpg"]


def test_expecting_to_continue_is_answered(server: Served) -> None:
    with closing(connect(server)) as connection:
        lines = (f"Content-Length: {len(REFUSED)}", "Expect: 100-continue")
        connection.sendall(head(server, *lines))
        assert status(connection) == 100
        connection.sendall(REFUSED)
        assert status(connection) == 200


def test_a_long_stream_is_answered_line_by_line(server: Served) -> None:
    count = 20_000

    def lines() -> Iterator[bytes]:
        for _ in range(count // 100):
            yield (REFUSED + b"\n") * 100

    answer = post(server, lines(), {"Content-Type": "application/x-ndjson"})
    assert Counter(answer.content.splitlines()) == {b'{"outcome":"no_rule_matched"}': count}


def test_two_servers_have_one_cap_and_one_answer(
    tmp_path: Path, redis_url: str, redis: Redis
) -> None:
    value = settings(limits={"per_day": 40})
    with served(tmp_path / "a", redis_url, value) as first, ExitStack() as stack:
        store = f"{first.application.store_folder}"
        more = {"STORE_URL": store, "LSAL_WORKERS": "2"}
        second = stack.enter_context(served(tmp_path / "b", redis_url, value, **more))

        def send(number: int) -> tuple[str, str]:
            url = (first.url, second.url)[number % 2] + PATH
            headers = {"Authorization": f"Bearer {first.key}"}
            told = httpx.post(url, json=event(event_id=f"e{number // 2}"), headers=headers).json()
            return told["frame_id"], told["outcome"]

        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(send, range(160)))
        outcomes = Counter(outcome for _, outcome in answers)
        assert outcomes == {"kept": 40, "cap_reached": 40}
        assert len(first.application.spool.pending("parts")) == 40


def test_a_head_that_does_not_end_is_given_up(half_a_head: socket.socket) -> None:
    assert status(half_a_head) in {0, 408}
