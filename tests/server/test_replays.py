"""A signed post is taken once, with Redis and without it."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from plugin.domain.deployment import Deployment
from plugin.domain.errors import ConflictError, NotAuthenticatedError
from plugin.services.intake.signing import SignatureCheck
from plugin.stores.access.replays import REMEMBER, Replays
from tests.domain.test_signatures import BODY, OTHER, SECRET, signed
from tests.samples import NOW
from tests.server.redises import away, lead

SIGNS = Deployment(
    id="0123456789abcdef", project="parts", name="line-3", created_at=NOW, signing_secrets=(SECRET,)
)
OTHER_SIGNS = Deployment(
    id="fedcba9876543210", project="parts", name="line-4", created_at=NOW, signing_secrets=(SECRET,)
)


class Clock:
    """A monotonic clock that the test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def post(check: SignatureCheck, message_id: str, deployment: Deployment = SIGNS) -> bool:
    """Whether a rightly signed post is taken; False for a replay."""
    try:
        check.check(deployment, signed(message_id=message_id), BODY.encode(), NOW)
    except ConflictError:
        return False
    return True


def test_a_post_is_taken_once_whichever_process_it_reaches(redis: Redis) -> None:
    one, other = SignatureCheck(Replays(redis)), SignatureCheck(Replays(redis))
    assert post(one, "msg_1")
    assert not post(one, "msg_1")
    assert not post(other, "msg_1")
    assert post(other, "msg_2")
    assert post(other, "msg_1", OTHER_SIGNS)


def test_of_many_at_once_one_is_taken(redis: Redis) -> None:
    checks = [SignatureCheck(Replays(redis)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda check: post(check, "msg_1"), checks)) == 1


def test_ids_are_remembered_for_as_long_as_their_signatures_are_good(redis: Redis) -> None:
    post(SignatureCheck(Replays(redis)), "msg_1")
    (key,) = redis.keys()
    assert 600 < redis.ttl(key) <= REMEMBER
    assert len(key) < 100


def test_what_is_not_rightly_signed_is_not_remembered(redis: Redis) -> None:
    check = SignatureCheck(Replays(redis))
    with pytest.raises(NotAuthenticatedError):
        check.check(SIGNS, signed(OTHER), BODY.encode(), NOW)
    assert redis.keys() == []
    assert post(check, "msg_1")


def test_a_deployment_that_does_not_sign_needs_no_headers() -> None:
    plain = Deployment(id="0123456789abcdef", project="parts", name="line-3", created_at=NOW)
    check = SignatureCheck(Replays(away()))
    check.check(plain, {}, b"", NOW)
    check.forget(plain, {})


def test_a_post_that_was_not_taken_may_come_again(redis: Redis) -> None:
    check = SignatureCheck(Replays(redis))
    post(check, "msg_1")
    check.forget(SIGNS, signed(message_id="msg_1"))
    assert post(check, "msg_1")
    assert not post(check, "msg_1")


def test_without_redis_a_process_remembers_by_itself() -> None:
    check = SignatureCheck(Replays(away()))
    assert [post(check, "msg_1"), post(check, "msg_1"), post(check, "msg_2")] == [True, False, True]
    check.forget(SIGNS, signed(message_id="msg_1"))
    assert post(check, "msg_1")


def test_what_was_used_while_redis_was_away_stays_used_when_it_is_back(
    redis: Redis,
) -> None:
    client = away()
    check = SignatureCheck(Replays(client))
    assert post(check, "msg_1")
    lead(client, redis)
    assert not post(check, "msg_1")
    assert post(check, "msg_2")
    assert len(redis.keys()) == 1


def test_a_post_not_taken_while_redis_was_away_may_come_again_when_it_is_back(
    redis: Redis,
) -> None:
    client = away()
    check = SignatureCheck(Replays(client))
    assert post(check, "msg_1")
    lead(client, redis)
    check.forget(SIGNS, signed(message_id="msg_1"))
    assert post(check, "msg_1")
    assert not post(check, "msg_1")


def test_a_post_answered_503_because_redis_went_may_come_again_when_it_is_back(
    redis: Redis,
) -> None:
    client = away()
    nowhere = away()
    check = SignatureCheck(Replays(client))
    lead(client, redis)
    assert post(check, "msg_1")
    lead(client, nowhere)
    check.forget(SIGNS, signed(message_id="msg_1"))
    lead(client, redis)
    assert len(redis.keys()) == 1
    assert post(check, "msg_1")
    assert not post(check, "msg_1")


def test_without_redis_memory_is_bounded_and_ids_are_forgotten_in_time() -> None:
    clock = Clock()
    replays = Replays(away(), clock, max_here=3)
    ids = [secrets.token_hex(8) for _ in range(5)]
    assert all(replays.use("parts", "d", each) for each in ids)
    assert [replays.use("parts", "d", each) for each in reversed(ids[2:])] == [False] * 3
    assert len(vars(replays)["_used_here"]._ends) == 3
    clock.now += REMEMBER
    assert replays.use("parts", "d", ids[4])
    assert len(vars(replays)["_used_here"]._ends) == 1
