"""Who manages in Enterprise, which cannot run here, and servers that answer strangely.

The stand-in answers as the published API says: `organization_membership` of the SDK's WhoAmIUser.
Community's own answers are tried on a real server, in tests/integration/test_sign_in.py.
"""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from plugin.bootstrap import Application
from plugin.domain.errors import LabelStudioError
from plugin.labelstudio.tokens import TokenOwners
from plugin.services.operations.signing_in import SignIn
from tests.stand_ins import running

TOKEN = "a" * 40


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, StandIn)
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "/again")
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class StandIn(HTTPServer):
    """Answers each request with what it was told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.status, self.body = 200, b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def whoami(self, **said: object) -> None:
        self.body = json.dumps({"id": 1, "email": "ann@example.com", **said}).encode()


@pytest.fixture
def enterprise() -> Iterator[StandIn]:
    with running(StandIn()) as server:
        yield server


@pytest.mark.parametrize(
    ("role", "manages"),
    [("OW", True), ("AD", True), ("MA", True), ("RE", False), ("AN", False), ("NO", False)],
)
def test_the_role_decides(enterprise: StandIn, role: str, manages: bool) -> None:
    enterprise.whoami(organization_membership={"role": role, "organization_id": 3})
    assert TokenOwners(enterprise.url).owner_of(TOKEN).manages is manages


def test_a_role_in_another_organization_means_nothing(enterprise: StandIn) -> None:
    members = [{"role": "OW", "organization_id": 2}, {"role": "AN", "organization_id": 3}]
    enterprise.whoami(active_organization=3, org_membership=members)
    assert TokenOwners(enterprise.url).owner_of(TOKEN).manages is False


def test_who_owns_our_token_manages_where_there_are_no_roles(
    enterprise: StandIn, application: Application
) -> None:
    enterprise.whoami()
    for own, manages in ((TOKEN, True), ("", False)):
        sign_in = SignIn(
            TokenOwners(enterprise.url), application.sessions, application.attempts,
            application.audit, own,
        )  # fmt: skip
        session = application.sessions.find(sign_in.begin(TOKEN, "203.0.113.7"))
        assert session and session.by_role is manages


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"<html>"), (404, b"not here"), (200, b"<html>"), (200, b"[]"), (302, b"")],
    ids=["fails", "is another server", "answers with a page", "with something else", "loops"],
)
def test_a_server_that_is_no_label_studio_is_not_believed(
    enterprise: StandIn, status: int, body: bytes
) -> None:
    enterprise.status, enterprise.body = status, body
    with pytest.raises(LabelStudioError):
        TokenOwners(enterprise.url).owner_of(TOKEN)


def test_how_requests_end_is_told(enterprise: StandIn) -> None:
    ended: list[str] = []
    enterprise.whoami()
    TokenOwners(enterprise.url, ended.append).owner_of(TOKEN)
    with pytest.raises(LabelStudioError):
        TokenOwners("http://127.0.0.1:1", ended.append).owner_of(TOKEN)
    assert ended == ["ok", "no_answer"]
