"""What is looked at for every event costs a cloud a request a second, and is soon up to date."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from plugin.domain.errors import NotFoundError, StoreError
from plugin.stores.backends.cloud_client import open_bucket
from plugin.stores.backends.locating import open_store
from plugin.stores.backends.watching import FRESH_FOR, GOOD_FOR, WatchedStore
from plugin.stores.objects import ObjectStore
from tests.server.faulty_s3 import Fault, FaultyS3
from tests.server.test_health import Time

AWAY = [Fault("GET", "", 403)]


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def store(s3: FaultyS3, bucket: str, time: Time) -> WatchedStore:
    return WatchedStore(bucket, open_bucket("s3", bucket.removeprefix("s3://")), time.monotonic)


@pytest.fixture
def other(s3: FaultyS3, bucket: str) -> ObjectStore:
    """The same bucket, as another process sees it."""
    return open_store(bucket)


def settle(store: WatchedStore) -> None:
    """Wait for the listings that are under way."""
    for refresh in list(store._refreshes.values()):
        refresh.listing.exception()


def test_what_is_known_is_not_asked_for_again(store: WatchedStore, s3: FaultyS3) -> None:
    store.create("a/1", b"one")
    assert store.get("a/1") == b"one"
    s3.faults = AWAY
    for _ in range(3):
        assert (store.get("a/1"), store.exists("a/2"), list(store.keys("a/"))) == (
            b"one", False, ["a/1"],
        )  # fmt: skip
    with pytest.raises(NotFoundError):
        store.get("a/2")


def test_what_others_create_and_delete_is_seen_after_the_next_listing(
    store: WatchedStore, other: ObjectStore, time: Time
) -> None:
    assert list(store.keys("a/")) == []
    other.create("a/1", b"one")
    assert not store.exists("a/1")
    time.passed = FRESH_FOR
    assert not store.exists("a/1")  # nobody waits for the listing
    settle(store)
    assert store.get("a/1") == b"one"
    other.delete("a/1")
    time.passed = 2 * FRESH_FOR
    assert store.exists("a/1")
    settle(store)
    with pytest.raises(NotFoundError):
        store.get("a/1")


def test_what_it_creates_is_there_at_once(store: WatchedStore) -> None:
    assert list(store.keys("a/")) == []
    assert store.create("a/2", b"two")
    assert store.create("a/1", b"one")
    assert list(store.keys("a/")) == ["a/1", "a/2"]
    assert store.get("a/1") == b"one"


def test_who_finds_a_key_taken_sees_by_whom(store: WatchedStore, other: ObjectStore) -> None:
    assert not store.exists("a/1")
    other.create("a/1", b"theirs")
    assert not store.create("a/1", b"ours")
    assert store.get("a/1") == b"theirs"


def test_it_goes_on_for_a_while_without_the_cloud_and_not_for_ever(
    store: WatchedStore, s3: FaultyS3, time: Time
) -> None:
    store.create("a/1", b"one")
    assert store.get("a/1") == b"one"
    s3.faults = AWAY
    time.passed = GOOD_FOR - 0.1
    assert store.get("a/1") == b"one"
    settle(store)
    time.passed = GOOD_FOR + 1
    with pytest.raises(StoreError):
        store.get("a/1")
    s3.faults = []
    time.passed = GOOD_FOR + 2
    assert store.get("a/1") == b"one"


def test_after_a_pause_nobody_is_told_what_was(
    store: WatchedStore, other: ObjectStore, time: Time
) -> None:
    assert not store.exists("a/1")
    other.create("a/1", b"one")
    time.passed = 60
    assert store.exists("a/1")


def test_a_cloud_that_is_away_is_asked_once_a_second(
    store: WatchedStore, s3: FaultyS3, time: Time
) -> None:
    s3.faults = [Fault("GET", "", 403, times=1)]
    for _ in range(2):
        with pytest.raises(StoreError):
            store.exists("a/1")
    time.passed = FRESH_FOR
    assert not store.exists("a/1")


def test_many_threads_see_one_truth(store: WatchedStore, time: Time) -> None:
    stop = threading.Event()

    def look() -> bool:
        """Whether what was there once is there from then on."""
        seen: set[str] = set()
        while not stop.is_set():
            keys = set(store.keys("a/"))
            if not seen <= keys:
                return False
            seen = keys
        return True

    # A listing, then: so nobody waits for one, however slow this machine is at the moment.
    assert list(store.keys("a/")) == []
    with ThreadPoolExecutor(4) as threads:
        looks = [threads.submit(look) for _ in range(4)]
        for n in range(50):
            time.passed += 0.9 * GOOD_FOR / 50
            assert store.create(f"a/{n:02d}", b"")
        stop.set()
        assert all(each.result() for each in looks)
    assert len(list(store.keys("a/"))) == 50
