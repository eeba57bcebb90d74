"""Webhooks that we call: signed, bounded, and only where the operator allows."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from plugin.domain.errors import InvalidInputError, UnavailableError
from plugin.posting import MAX_ANSWER, WebhookPoster
from tests.server.receiver import HOST, Receiver, Reply, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def poster(**changes: Any) -> WebhookPoster:
    usual: dict[str, Any] = {
        "hosts": ("*.example.com",), "networks": ("127.0.0.0/8",),
        "resolver": lambda _host, _port: ["127.0.0.1"],
    }  # fmt: skip
    return WebhookPoster(**(usual | changes))


def test_a_body_arrives_as_it_is_with_its_headers(receiver: Receiver) -> None:
    receiver.replies = [Reply(202, b'{"model_version": "7"}')]
    answer = poster().post(receiver.url, {"webhook-id": "msg_1"}, b'{"a": "\xc3\xa9"}')
    assert (answer.status, answer.is_taken, answer.body) == (202, True, '{"model_version": "7"}')
    [received] = receiver.received
    assert (received.path, received.id, received.body) == (
        "/new?kind=set", "msg_1", b'{"a": "\xc3\xa9"}',
    )  # fmt: skip
    assert received.headers["content-type"] == "application/json"
    assert received.headers["host"].startswith(HOST)


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ((("Retry-After", "120"),), 120),
        ((("Retry-After", "Tue, 24 Nov 2026 22:00:00 GMT"),), None),
        ((("Retry-After", "9" * 40),), None),
        ((), None),
    ],
)
def test_how_long_a_receiver_wants_to_be_left_alone(
    receiver: Receiver, headers: tuple[tuple[str, str], ...], asked: float | None
) -> None:
    receiver.replies = [Reply(503, headers=headers)]
    answer = poster().post(receiver.url, {}, b"{}")
    assert (answer.is_taken, answer.retry_after) == (False, asked)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.replies = [Reply(307, headers=(("Location", receiver.url),))]
    answer = poster().post(receiver.url, {}, b"{}")
    assert (answer.status, answer.is_taken, len(receiver.received)) == (307, False, 1)


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.replies = [Reply(200, b"x" * 1_000_000)]
    assert poster().post(receiver.url, {}, b"{}").body == "x" * MAX_ANSWER


def test_a_receiver_that_says_nothing_is_left_at_the_deadline(receiver: Receiver) -> None:
    """Without a deadline this test would never end."""
    receiver.replies = [Reply(stall=True)]
    with pytest.raises(UnavailableError, match="too long"):
        poster(timeout=0.3).post(receiver.url, {}, b"{}")


def test_nobody_there_may_be_there_later() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(UnavailableError, match=HOST):
            poster().post(f"http://{HOST}:{port}/", {}, b"{}")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"hosts": ()}, "LSAL_RETRAIN_HOSTS", id="no host is allowed"),
        pytest.param({"hosts": ("a.example",)}, "LSAL_RETRAIN_HOSTS", id="another host is"),
        pytest.param({"networks": ()}, "LSAL_RETRAIN_NETWORKS", id="a private address"),
        pytest.param(
            {"networks": ("0.0.0.0/0",), "resolver": lambda _h, _p: ["169.254.169.254"]},
            "not allowed", id="where clouds keep secrets",
        ),
    ],
)  # fmt: skip
def test_nothing_is_posted_where_that_is_not_allowed(
    receiver: Receiver, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnavailableError, match=said):
        poster(**changes).post(receiver.url, {}, b"{}")
    assert receiver.received == []


def test_what_is_wrong_with_an_address_is_said_without_asking_it(receiver: Receiver) -> None:
    assert poster().trouble(receiver.url) == ""
    assert "LSAL_RETRAIN_HOSTS" in poster(hosts=()).trouble(receiver.url)
    assert "port" in poster().trouble(f"http://{HOST}:25/")
    assert receiver.received == []


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"hosts": ("Train Example",)}, "LSAL_RETRAIN_HOSTS"),
        ({"networks": ("10/33",)}, "LSAL_RETRAIN_NETWORKS"),
    ],
)
def test_a_wrong_environment_is_named(changes: dict[str, Any], variable: str) -> None:
    with pytest.raises(InvalidInputError, match=variable):
        poster(**changes)
