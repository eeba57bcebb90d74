"""A Label Studio that does not call private addresses: ours says so as the real one does.

Label Studio 1.23 answers a webhook to a loopback or private address with 403, and to a host that it
cannot resolve with 500, unless it runs with SSRF_PROTECTION_ENABLED=false, as the one of the
other tests does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from redis import Redis

from plugin.domain.errors import LabelStudioError
from plugin.domain.summaries import BatchSummary
from plugin.labelstudio.gateway import LabelStudioGateway
from plugin.services.collection.hooks import Hooks
from plugin.stores.access.hook_secrets import HookSecrets
from plugin.stores.backends.folder import FolderStore
from plugin.stores.review.hook_notes import HookNotes
from tests.samples import NOW
from tests.stand_ins import JsonHandler, running

PRIVATE = "URL resolves to a reserved network address (block: 10.0.0.0/8)"
UNKNOWN = "Can't resolve hostname lsal.invalid"


class Refusing(ThreadingHTTPServer):
    """Has no webhooks, and takes none."""

    status, detail = 403, PRIVATE
    asked = 0


class _Handler(JsonHandler):
    server: Refusing

    def do_GET(self) -> None:  # noqa: N802  the library's
        self.send_json(200, [])

    def do_POST(self) -> None:  # noqa: N802  the library's
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        self.send_json(self.server.status, {"detail": self.server.detail})


@contextmanager
def refusing() -> Iterator[tuple[Refusing, LabelStudioGateway]]:
    with running(Refusing(("127.0.0.1", 0), _Handler)) as server:
        gateway = LabelStudioGateway(f"http://127.0.0.1:{server.server_port}", "0" * 40)
        try:
            yield server, gateway
        finally:
            gateway.close()


def batch(number: int) -> BatchSummary:
    return BatchSummary(
        project="parts", name=f"2026-11-{number}", title="parts", label_studio_id=number,
        created_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "detail", "fix"),
    [
        pytest.param(403, PRIVATE, "SSRF_PROTECTION_ENABLED=false", id="a private address"),
        pytest.param(500, UNKNOWN, "that Label Studio can resolve", id="an unknown host"),
    ],
)
def test_a_refusal_is_noted_with_what_to_change_and_asked_for_once(
    redis: Redis, tmp_path: Path, status: int, detail: str, fix: str
) -> None:
    notes = HookNotes(redis)
    with refusing() as (server, gateway):
        server.status, server.detail = status, detail
        hooks = Hooks(gateway, HookSecrets(FolderStore(tmp_path)), notes, "http://10.0.0.5:8090")
        for _ in range(2):
            hooks.ensure([batch(23), batch(24)])
        assert server.asked == 1
    said = notes.trouble()
    assert said.startswith(f"Label Studio refuses to call http://10.0.0.5:8090: {status} {detail};")
    assert fix in said
    assert notes.all() == {}


def test_a_server_that_fails_otherwise_is_asked_again(redis: Redis, tmp_path: Path) -> None:
    notes = HookNotes(redis)
    with refusing() as (server, gateway):
        server.status, server.detail = 502, "bad gateway"
        hooks = Hooks(gateway, HookSecrets(FolderStore(tmp_path)), notes, "http://10.0.0.5:8090")
        with pytest.raises(LabelStudioError):
            hooks.ensure([batch(23)])
    assert notes.trouble() == ""
