"""Deployments in the Store: keys open what they should, whatever happens at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from plugin.domain.errors import (
    ConflictError,
    NotAuthenticatedError,
    NotFoundError,
    UnavailableError,
)
from plugin.stores.access.deployments import FRESH_FOR, Deployments
from plugin.stores.backends.folder import FolderStore
from tests.samples import NOW


class CountingStore(FolderStore):
    """A real folder that counts how often it is looked into."""

    looks = 0

    def get(self, key: str) -> bytes:
        self.looks += 1
        return super().get(key)

    def exists(self, key: str) -> bool:
        self.looks += 1
        return super().exists(key)


class Clock:
    """A monotonic clock that the test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    return CountingStore(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deployments(store: CountingStore, clock: Clock) -> Deployments:
    return Deployments(store, clock)


def opens(deployments: Deployments, key: str) -> bool:
    try:
        return bool(deployments.authenticate(key))
    except NotAuthenticatedError:
        return False


def at_once(act: Callable[[int], object], number: int = 8) -> list[object]:
    """Call a function from threads that start together; what each returned or raised."""
    barrier = Barrier(number)

    def run(index: int) -> object:
        barrier.wait()
        try:
            return act(index)
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_a_key_opens_its_deployment(deployments: Deployments) -> None:
    deployment, key = deployments.register("parts", "line-3", NOW, "detector", "7")
    assert deployments.authenticate(key) == deployment
    assert (deployment.model, deployment.version, deployment.revision) == ("detector", "7", 1)


def test_the_store_holds_a_hash_and_only_its_owner_may_read_it(
    deployments: Deployments, store: CountingStore
) -> None:
    deployment, key = deployments.register("parts", "line-3", NOW)
    path = store.root / f"deployments/{deployment.id}.json"
    assert key.split("_", 2)[2] not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_name_is_taken_once_in_a_project(deployments: Deployments) -> None:
    answers = at_once(lambda _: deployments.register("parts", "line-3", NOW))
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 7
    deployments.register("doors", "line-3", NOW)
    assert [each.name for each in deployments.of_project("parts")] == ["line-3"]
    assert {name: len(found) for name, found in deployments.by_project().items()} == {
        "parts": 1,
        "doors": 1,
    }


def test_of_many_who_rotate_at_once_one_does_and_no_key_is_lost(store: CountingStore) -> None:
    deployment, first = Deployments(store).register("parts", "line-3", NOW)
    answers = at_once(lambda _: Deployments(store).rotate(deployment, NOW)[1])
    keys = [answer for answer in answers if isinstance(answer, str)]
    assert len(keys) == 1
    fresh = Deployments(store)
    assert opens(fresh, first) and opens(fresh, keys[0])
    assert len(fresh.find("parts", "line-3").keys) == 2


def test_whoever_rotates_and_drops_at_once_leaves_two_live(store: CountingStore) -> None:
    deployment, first = Deployments(store).register("parts", "line-3", NOW)
    keys = at_once(lambda _: Deployments(store).rotate(deployment, NOW, drop_oldest=True)[1])
    fresh = Deployments(store)
    assert sum(opens(fresh, str(key)) for key in [first, *keys]) == 2
    assert fresh.find("parts", "line-3").revision == 9


def test_a_key_revoked_elsewhere_opens_nothing_a_second_later(
    store: CountingStore, deployments: Deployments, clock: Clock
) -> None:
    deployment, key = deployments.register("parts", "line-3", NOW)
    assert opens(deployments, key)
    Deployments(store).revoke(deployment)
    assert opens(deployments, key)
    clock.now += FRESH_FOR
    assert not opens(deployments, key)


def test_a_key_revoked_here_opens_nothing_at_once(deployments: Deployments) -> None:
    deployment, key = deployments.register("parts", "line-3", NOW)
    assert opens(deployments, key)
    assert deployments.revoke(deployment).revision == 2
    assert not opens(deployments, key)
    assert deployments.revoke(deployment).revision == 2  # there is nothing left to revoke


def test_a_deployment_taken_out_of_the_store_by_hand_is_revoked_too(
    store: CountingStore, deployments: Deployments, clock: Clock
) -> None:
    deployment, key = deployments.register("parts", "line-3", NOW)
    assert opens(deployments, key)
    store.delete(f"deployments/{deployment.id}.json")
    clock.now += FRESH_FOR
    assert not opens(deployments, key)
    with pytest.raises(NotFoundError):
        deployments.rotate(deployment, NOW)


def test_while_it_is_fresh_nothing_is_read(
    store: CountingStore, deployments: Deployments, clock: Clock
) -> None:
    _, key = deployments.register("parts", "line-3", NOW)
    opens(deployments, key)
    store.looks = 0
    assert all(opens(deployments, key) for _ in range(100))
    assert not any(opens(deployments, f"{key}{n}") for n in range(100))
    assert store.looks == 0
    clock.now += FRESH_FOR
    assert opens(deployments, key)
    assert store.looks == 2  # is it there, and is there a later one


def test_made_up_ids_cost_one_look_each_and_no_memory(
    store: CountingStore, deployments: Deployments
) -> None:
    deployments.register("parts", "line-3", NOW)
    store.looks = 0
    assert not any(opens(deployments, f"lsal_{n:016x}_secret") for n in range(1000))
    assert store.looks == 1000
    assert len(vars(deployments)["_cache"]) <= 1


@pytest.mark.parametrize(
    "key",
    [
        "", "lsal", "lsal__", "lsal_0123456789abcdef_", "LSAL_0123456789abcdef_x",
        "lsal_²²²²²²²²²²²²²²²²_x", "lsal_../../../../etc_x", "lsal_0123456789ABCDEF_x",
        "lsal_0123456789abcdef_\udcff", "lsal_0123456789abcdef_" + "x" * 100_000,
    ],
    ids=lambda key: ascii(key)[:30],
)  # fmt: skip
def test_what_is_no_key_does_not_reach_the_store(
    deployments: Deployments, store: CountingStore, key: str
) -> None:
    assert not opens(deployments, key)
    assert store.looks == 0


def test_a_store_that_does_not_answer_is_said(
    store: CountingStore, deployments: Deployments
) -> None:
    (store.root / "deployments").write_text("a file where a folder should be")
    with pytest.raises(UnavailableError, match="Store: Not a directory"):
        deployments.authenticate("lsal_0123456789abcdef_x")


def test_that_it_was_seen_is_noted_once_and_for_good(
    store: CountingStore, deployments: Deployments
) -> None:
    deployment, _ = deployments.register("parts", "line-3", NOW)
    assert deployments.first_seen(deployment) is None
    deployments.mark_seen(deployment, NOW)
    deployments.mark_seen(deployment, NOW.replace(year=2030))
    assert Deployments(store).first_seen(deployment) == NOW
