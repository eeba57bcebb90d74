"""Sessions in a real Redis: how they begin, how they end, and what somebody who reads Redis has."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from redis import Redis

from plugin.cli import main
from plugin.stores.access.sessions import Sessions
from plugin.stores.backends.folder import FolderStore

IDLE = timedelta(hours=8)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(redis: Redis, tmp_path: Path, clock: Clock) -> Sessions:
    return Sessions(redis, FolderStore(tmp_path / "store"), IDLE, clock)


def test_a_session_is_found_by_its_id_alone(sessions: Sessions) -> None:
    first = sessions.begin("ann@example.com", by_role=True)
    second = sessions.begin("ben@example.com", by_role=False)
    found = sessions.find(first)
    assert found and (found.email, found.by_role) == ("ann@example.com", True)
    assert sessions.find(second + "x") is None
    assert sessions.find("") is None


def test_who_is_not_seen_for_hours_is_signed_out(sessions: Sessions, redis: Redis) -> None:
    identifier = sessions.begin("ann@example.com", by_role=False)
    [key] = redis.keys("lsal:session:*")
    redis.expire(key, 60)
    sessions.find(identifier)
    # Redis ends it by itself; being used has put that off.
    assert IDLE.total_seconds() - 60 < redis.ttl(key) <= IDLE.total_seconds()


def test_a_session_in_use_ends_too(sessions: Sessions, clock: Clock) -> None:
    identifier = sessions.begin("ann@example.com", by_role=False)
    clock.now += 3 * IDLE - timedelta(seconds=1)
    assert sessions.find(identifier)
    clock.now += timedelta(seconds=1)
    assert sessions.find(identifier) is None


def test_a_session_is_ended_and_no_other(sessions: Sessions) -> None:
    first, second = (sessions.begin("ann@example.com", by_role=False) for _ in range(2))
    sessions.end(first)
    sessions.end("nobody's")
    assert sessions.find(first) is None
    assert sessions.find(second)


def test_a_person_is_signed_out_everywhere(sessions: Sessions) -> None:
    mine = [sessions.begin("ann@example.com", by_role=False) for _ in range(3)]
    other = sessions.begin("ben@example.com", by_role=False)
    assert sessions.end_all("Ann@Example.com") == 3
    assert [sessions.find(each) for each in mine] == [None] * 3
    assert sessions.find(other)
    assert sessions.end_all("ann@example.com") == 0


def test_redis_holds_nothing_that_opens_a_session(sessions: Sessions, redis: Redis) -> None:
    identifier = sessions.begin("ann@example.com", by_role=False)
    held = [*redis.keys(), *(redis.get(key) for key in redis.keys("lsal:session:*"))]
    held += redis.smembers("lsal:sessions:ann@example.com")
    assert not any(identifier in str(each) for each in held)


def test_all_processes_sign_with_one_secret(
    sessions: Sessions, redis: Redis, tmp_path: Path, clock: Clock
) -> None:
    other = Sessions(redis, FolderStore(tmp_path / "store"), IDLE, clock)
    assert len(sessions.secret) == 32
    assert other.secret == sessions.secret


def test_the_command_revokes(
    sessions: Sessions, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("STORE_URL", str(tmp_path / "store"))
    identifier = sessions.begin("ann@example.com", by_role=False)
    ran = CliRunner().invoke(main, ["sessions", "revoke", "ann@example.com"])
    assert (ran.exit_code, ran.output) == (0, "ann@example.com: 1 session ended\n")
    assert sessions.find(identifier) is None
