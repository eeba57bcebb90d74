"""What the doctor says of our address, of `.env`, and of what Label Studio answers."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from redis import Redis

from plugin.domain.diagnosis import Finding
from plugin.domain.team import Member
from plugin.services.diagnosing.calling import Calls
from plugin.services.diagnosing.environment import EnvironmentChecks
from plugin.services.diagnosing.label_studio import LabelStudioChecks
from plugin.stores.access.hook_secrets import HookSecrets
from plugin.stores.backends.folder import FolderStore
from plugin.stores.measures.trial_calls import TrialCalls
from tests.server.diagnosed import by_check, nobody
from tests.server.test_hooks_refused import PRIVATE, UNKNOWN, refusing
from tests.stand_ins import running


class Page(HTTPServer):
    """Answers everything with one status and body."""

    status, body = 200, b'{"status": "ready"}'


class _Handler(BaseHTTPRequestHandler):
    server: Page

    def do_GET(self) -> None:
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("status", "body", "level", "said"),
    [
        (200, b'{"status": "ready"}', "ok", "lsal serve answers"),
        (503, b'{"status": "not ready", "problems": {"redis": {}}}', "failure", "without redis"),
        (200, b"<html>a proxy</html>", "failure", "something else answers"),
        (404, b"[]", "failure", "something else answers"),
        (502, b"", "failure", "something else answers"),
    ],
)
def test_what_answers_at_our_address(
    tmp_path: Path, status: int, body: bytes, level: str, said: str
) -> None:
    with running(Page(("127.0.0.1", 0), _Handler)) as server:
        server.status, server.body = status, body
        url = f"http://127.0.0.1:{server.server_port}/"
        found = by_check(EnvironmentChecks(tmp_path / ".env", url, "").findings())["serve"]
    assert (found.level, said in found.said) == (level, True), found


@pytest.mark.parametrize(
    ("url", "level", "said"),
    [
        ("https://learn.invalid", "ok", "https alone"),
        ("http://localhost:8090", "ok", "this machine alone"),
        ("http://[::1]:8090", "ok", "this machine alone"),
        ("http://learn.invalid", "warning", "travel in clear"),
        ("learn.invalid", "failure", "is none"),
    ],
)
def test_our_own_address(tmp_path: Path, url: str, level: str, said: str) -> None:
    found = by_check(EnvironmentChecks(tmp_path / ".env", url, "").findings())
    assert (found["public"].level, said in found["public"].said) == (level, True)
    assert not found["serve"].ok


def test_an_env_that_others_may_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"

    def look() -> Finding:
        return by_check(EnvironmentChecks(file, "", nobody()).findings())["env"]

    assert look().ok
    file.write_text("LABEL_STUDIO_API_KEY=x\n")
    file.chmod(0o640)
    assert (look().level, look().fix) == ("warning", f"chmod 600 {file}")
    file.chmod(0o600)
    assert look().ok


@pytest.mark.parametrize(
    ("status", "detail", "fix"),
    [
        pytest.param(403, PRIVATE, "SSRF_PROTECTION_ENABLED=false", id="a private address"),
        pytest.param(500, UNKNOWN, "whose host Label Studio can resolve", id="an unknown host"),
        pytest.param(400, "Enter a valid URL.", "must be an address", id="no address"),
        pytest.param(502, "bad gateway", "log of Label Studio", id="a failure"),
    ],
)
def test_calls_that_label_studio_refuses(
    redis: Redis, tmp_path: Path, status: int, detail: str, fix: str
) -> None:
    """Its protection against SSRF answers so: see test_hooks_refused."""
    secrets = HookSecrets(FolderStore(tmp_path))
    with refusing() as (server, gateway):
        server.status, server.detail = status, detail
        found = Calls("http://10.0.0.5:8090", secrets, TrialCalls(redis)).tried(gateway, 7)
    assert (found.check, found.level) == ("calls", "warning")
    assert detail in found.said
    assert "within a minute" in found.said
    assert fix in found.fix


class Office:
    """Stands for a Label Studio of a version, with members; the real one is asked elsewhere."""

    base_url = "http://labels.example.com"

    def __init__(self, version: str = "Community 1.23.2", *missing: str) -> None:
        self._version, self._missing = version, missing

    def version(self) -> str:
        return self._version

    def email(self) -> str:
        return "ann@example.com"

    def permissions(self) -> None:
        return None

    def members(self) -> dict[int, Member]:
        return {1: Member("Ann@example.com", ""), 2: Member("ben@example.com", "", active=False)}


def of_label_studio(office: Office, *managers: str) -> dict[str, Finding]:
    checks = LabelStudioChecks(lambda: office, "0" * 40, managers)  # type: ignore[arg-type, return-value]
    return by_check(checks.findings())


@pytest.mark.parametrize(
    ("managers", "level", "said"),
    [
        (("ann@example.com",), "ok", "may change things"),
        (("ann@example.com", "ben@example.com"), "warning", "knows no ben@example.com"),
        (("joe@example.com",), "failure", "nobody may change anything"),
    ],
)
def test_managers_whom_label_studio_does_not_know(
    managers: tuple[str, ...], level: str, said: str
) -> None:
    found = of_label_studio(Office(), *managers)["managers"]
    assert (found.level, said in found.said) == (level, True)


@pytest.mark.parametrize(
    ("version", "level", "said"),
    [
        ("Community 1.23.2", "ok", "tested"),
        ("Community 1.23.9", "ok", "tested"),
        ("Community 1.9.0", "warning", "older"),
        ("Community 2.0.1", "warning", "newer"),
        ("Community unknown", "warning", "older"),
        ("Enterprise 2.24.0", "warning", "tests run on Community"),
    ],
)
def test_a_version_that_no_test_runs_on(version: str, level: str, said: str) -> None:
    found = of_label_studio(Office(version))
    assert (found["version"].level, said in found["version"].said) == (level, True)
    assert found["token"].ok
