"""When deployments were seen, how much they post, with which models: from requests to Redis."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from plugin.domain.deciding import Outcome
from plugin.domain.deployment import Deployment
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from plugin.stores.measures.activity import (
    MAX_VERSION_LENGTH,
    MAX_VERSIONS,
    OTHER,
    PERIOD,
    PERIODS,
    Activity,
    Seen,
)
from plugin.stores.measures.funnel import Funnel
from plugin.stores.measures.metrics import Metrics
from tests.samples import NOW
from tests.server.redises import away, lead
from webhook_server.gathering import Gathered


@pytest.fixture
def deployments(tmp_path: Path) -> Deployments:
    return Deployments(FolderStore(tmp_path))


@pytest.fixture
def line_3(deployments: Deployments) -> Deployment:
    return deployments.register("parts", "line-3", NOW)[0]


@pytest.fixture
def activity(redis: Redis, deployments: Deployments) -> Activity:
    return Activity(redis, deployments)


def seen(activity: Activity, deployment: Deployment, now: datetime = NOW) -> Seen:
    activity.flush()
    return activity.of([deployment], now)[deployment.id]


def test_what_was_never_seen_has_no_time_no_rate_and_no_versions(
    activity: Activity, line_3: Deployment
) -> None:
    assert seen(activity, line_3) == Seen(None, 0, {})
    assert activity.of([], NOW) == {}


def test_of_the_first_event_it_is_known_at_once(
    redis: Redis, deployments: Deployments, activity: Activity, line_3: Deployment
) -> None:
    gathered = Gathered(Funnel(redis), activity, Metrics(redis), lambda: NOW)
    assert deployments.first_seen(line_3) is None
    gathered.event(line_3, "7", Outcome.DISABLED)
    assert deployments.first_seen(line_3) == NOW  # nothing was flushed: it may be switched on


def test_all_processes_add_up(
    redis: Redis, deployments: Deployments, activity: Activity, line_3: Deployment
) -> None:
    other = Activity(redis, deployments)
    activity.saw(line_3, "7", 200, NOW)
    activity.saw(line_3, "7", 1, NOW)
    other.saw(line_3, "8", 99, NOW + timedelta(seconds=59))
    activity.flush()
    found = seen(other, line_3, NOW + timedelta(seconds=59))
    assert found.last == NOW + timedelta(seconds=59)
    assert found.per_second == pytest.approx(300 / 300)
    assert list(found.versions.items()) == [("7", 201), ("8", 99)]


def test_a_request_without_events_is_seen_and_counts_nothing(
    activity: Activity, line_3: Deployment
) -> None:
    activity.saw(line_3, "", 0, NOW)
    assert seen(activity, line_3) == Seen(NOW, 0, {})


def test_the_rate_is_of_the_last_five_minutes(activity: Activity, line_3: Deployment) -> None:
    activity.saw(line_3, "7", 241, NOW)
    assert seen(activity, line_3).per_second == pytest.approx(1.0)
    assert seen(activity, line_3, NOW + timedelta(minutes=4)).per_second == pytest.approx(1.0)
    assert seen(activity, line_3, NOW + timedelta(minutes=5)).per_second == 0


def test_versions_are_those_of_the_last_thirty_days(activity: Activity, line_3: Deployment) -> None:
    activity.saw(line_3, "7", 5, NOW)
    assert seen(activity, line_3, NOW + timedelta(days=30)).versions == {"7": 5}
    assert seen(activity, line_3, NOW + timedelta(seconds=PERIOD * PERIODS)).versions == {}


def test_nothing_but_the_time_is_kept_for_ever(
    redis: Redis, activity: Activity, line_3: Deployment
) -> None:
    activity.saw(line_3, "7", 5, NOW)
    activity.flush()
    assert [key for key in redis.scan_iter() if redis.ttl(key) < 0] == ["lsal:parts:seen"]


def test_a_time_never_goes_back(
    redis: Redis, deployments: Deployments, activity: Activity, line_3: Deployment
) -> None:
    late = Activity(redis, deployments)
    late.saw(line_3, "7", 1, NOW - timedelta(hours=1))
    activity.saw(line_3, "7", 1, NOW)
    activity.saw(line_3, "7", 1, NOW - timedelta(seconds=5))
    activity.flush()
    assert seen(late, line_3).last == NOW


def test_a_deployment_that_makes_versions_up_fills_nothing(
    activity: Activity, line_3: Deployment
) -> None:
    for number in range(MAX_VERSIONS + 25):
        activity.saw(line_3, f"{number:04d}" + "x" * 1000, 1, NOW)
    found = seen(activity, line_3)
    assert len(found.versions) == MAX_VERSIONS + 1
    assert found.versions[OTHER] == 25
    assert max(map(len, found.versions)) == MAX_VERSION_LENGTH


def test_what_was_seen_while_redis_was_away_is_not_lost(
    redis: Redis, deployments: Deployments, line_3: Deployment
) -> None:
    client = away()
    activity = Activity(client, deployments)
    line_4, _ = deployments.register("parts", "line-4", NOW)
    activity.saw(line_3, "7", 3, NOW)
    activity.saw(line_4, "", 0, NOW)
    for _ in range(2):
        with pytest.raises(RedisConnectionError):
            activity.flush()
    activity.saw(line_3, "7", 4, NOW + timedelta(seconds=1))
    lead(client, redis)
    found = seen(activity, line_3, NOW + timedelta(seconds=1))
    assert (found.last, found.versions) == (NOW + timedelta(seconds=1), {"7": 7})
    assert seen(activity, line_4).last == NOW


def test_that_it_was_seen_outlives_redis(
    redis: Redis, activity: Activity, deployments: Deployments, line_3: Deployment
) -> None:
    activity.saw(line_3, "", 0, NOW)
    redis.flushdb()
    assert seen(activity, line_3).last is not None  # it had not been brought there yet
    redis.flushdb()
    assert seen(activity, line_3).last is None
    assert deployments.first_seen(line_3) == NOW


def test_a_process_notes_it_in_the_store_once(
    tmp_path: Path, activity: Activity, deployments: Deployments, line_3: Deployment
) -> None:
    activity.saw(line_3, "", 1, NOW)
    (tmp_path / f"deployments/{line_3.id}.seen.json").unlink()
    activity.saw(line_3, "", 1, NOW)
    assert deployments.first_seen(line_3) is None


def test_a_store_that_refuses_does_not_stop_requests_and_is_asked_again(
    tmp_path: Path, activity: Activity, deployments: Deployments, line_3: Deployment
) -> None:
    folder = tmp_path / "deployments"
    folder.rename(tmp_path / "aside")
    folder.write_text("a file where a folder should be: the disk refuses")
    activity.saw(line_3, "", 1, NOW)
    folder.unlink()
    (tmp_path / "aside").rename(folder)
    assert deployments.first_seen(line_3) is None
    activity.saw(line_3, "", 1, NOW)
    assert deployments.first_seen(line_3) == NOW
