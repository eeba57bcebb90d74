"""When a version of a training set is due, and what becomes of its announcement."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from plugin.domain.announcing import (
    GONE,
    KEPT_ATTEMPTS,
    LONGEST_ASKED,
    SCHEDULE,
    Announcement,
    Attempt,
    Delivery,
    begin,
    failed,
    new_models,
    replayed,
    succeeded,
)
from plugin.domain.retrain_settings import RetrainSettings
from plugin.domain.retraining import News, reason_for

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALL = RetrainSettings(after_images=10, on_batch=True, every="daily")


@pytest.mark.parametrize(
    ("news", "reason"),
    [
        pytest.param(News(0, NOON - timedelta(9), frozenset({"b"})), "", id="nothing is new"),
        pytest.param(News(9, NOON), "", id="not enough of it"),
        pytest.param(News(10, NOON), "10 new images", id="enough images"),
        pytest.param(News(1, NOON, {"2026-11-24", "2026-11-23"}), "Batch 2026-11-23 completed",
                     id="the first of two batches"),
        pytest.param(News(1, NOON - timedelta(1)), "Daily schedule", id="a day that began"),
        pytest.param(News(1200, NOON - timedelta(1), {"b"}), "1,200 new images", id="all of it"),
    ],
)  # fmt: skip
def test_why_a_version_is_due(news: News, reason: str) -> None:
    assert reason_for(ALL, news, NOON, "UTC") == reason


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (RetrainSettings(after_images=1), "3 new images"),
        (RetrainSettings(on_batch=True), "Batch b completed"),
        (RetrainSettings(every="monthly"), "Monthly schedule"),
        (RetrainSettings(webhook="https://train.example.com", command=True), ""),
    ],
)
def test_only_what_the_settings_ask_for_makes_a_version(
    settings: RetrainSettings, expected: str
) -> None:
    news = News(3, NOON - timedelta(40), {"b"})
    assert reason_for(settings, news, NOON, "UTC") == expected
    assert settings.is_triggered == bool(expected)


def test_days_begin_where_the_batches_do() -> None:
    settings, late = RetrainSettings(every="daily"), NOON.replace(hour=23)
    news = News(1, NOON)
    assert reason_for(settings, news, late, "UTC") == ""
    assert reason_for(settings, news, late, "Europe/Berlin") == "Daily schedule"


@pytest.mark.parametrize(
    "address",
    [
        "https://train.example.com", "http://train.example.com:8080/new?a=%20#b",
        "https://[2001:db8::1]/new", "https://10.1.2.3/",
    ],
)  # fmt: skip
def test_an_address_is_taken(address: str) -> None:
    assert RetrainSettings(webhook=address).webhook == address


@pytest.mark.parametrize(
    "address",
    [
        "train.example.com", "ftp://train.example.com/", "https://", "https:///new",
        "https://user:secret@train.example.com/", "https://train.example.com:99999/",
        "https://train.example.com:0/", "https://train.example.com/a b",
        "https://train.example.com/ü", "https://train.example.com\\new", "https://[broken/",
        "javascript:alert(1)", "https://train.example.com/" + "x" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        RetrainSettings(webhook=address)


@pytest.mark.parametrize(
    "wrong", [{"after_images": 0}, {"after_images": True}, {"every": "hourly"}, {"command": "rm"}]
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RetrainSettings.model_validate(wrong)


def tried(delivery: Delivery, status: int = 500, at: datetime = NOON) -> Delivery:
    return failed(begin(delivery, at, 0.0), Attempt(at, status, f"answered {status}"))


def test_waits_grow_and_are_not_the_same_for_everybody() -> None:
    delivery = Delivery("webhook")
    for wait in SCHEDULE:
        earliest, latest = begin(delivery, NOON, 0.0), begin(delivery, NOON, 1.0)
        assert earliest.next_at == NOON + timedelta(seconds=wait)
        assert latest.next_at == NOON + timedelta(seconds=wait * 1.1)
        delivery = tried(delivery)
        assert delivery.outcome == "waiting"
    assert tried(delivery).outcome == "dead"
    assert tried(delivery).next_at is None


def test_a_receiver_is_left_alone_as_long_as_it_wants_and_not_for_ever() -> None:
    begun = begin(Delivery("webhook"), NOON, 0.0)
    attempt = Attempt(NOON, 429)
    assert failed(begun, attempt, asked=1).next_at == NOON + timedelta(seconds=SCHEDULE[0])
    assert failed(begun, attempt, asked=60).next_at == NOON + timedelta(seconds=60)
    forever = failed(begun, attempt, asked=1e9).next_at
    assert forever == NOON + timedelta(seconds=LONGEST_ASKED)


def test_who_says_that_it_is_gone_is_not_asked_again() -> None:
    assert tried(Delivery("webhook"), GONE).outcome == "dead"
    assert tried(Delivery("command"), GONE).outcome == "waiting"  # an exit status


def test_a_command_is_noted_as_running_before_it_runs() -> None:
    assert begin(Delivery("command"), NOON, 0.0).outcome == "running"
    assert begin(Delivery("webhook"), NOON, 0.0).outcome == "waiting"


def test_the_newest_tries_are_kept_also_over_replays() -> None:
    delivery = Delivery("webhook")
    for number in range(KEPT_ATTEMPTS + 5):
        delivery = replayed(tried(delivery, 500 + number))
    assert [each.status for each in delivery.attempts] == list(range(505, 505 + KEPT_ATTEMPTS))
    assert (delivery.tries, delivery.outcome, delivery.next_at) == (0, "waiting", None)
    done = succeeded(begin(delivery, NOON, 0.0), Attempt(NOON, 200), "thanks")
    assert (done.outcome, done.output, done.is_due(NOON + timedelta(9))) == (
        "delivered", "thanks", False,
    )  # fmt: skip


def test_an_announcement_has_one_id_for_ever_and_no_other_has_it() -> None:
    one = announcement(1)
    assert one.id == one.with_delivery(tried(one.deliveries[0])).id
    assert len({one.id, announcement(2).id}) == 2


def announcement(version: int) -> Announcement:
    return Announcement(
        project="parts", version=version, reason="", at=NOON, body="{}",
        deliveries=(Delivery("webhook"), Delivery("command")),
    )  # fmt: skip


def test_an_announcement_is_over_when_all_of_it_is() -> None:
    one = announcement(1)
    webhook, command = one.deliveries
    assert not one.is_told
    one = one.with_delivery(succeeded(begin(webhook, NOON, 0.0), Attempt(NOON, 200)))
    assert (one.is_told, one.is_over) == (True, False)
    one = one.with_delivery(succeeded(begin(command, NOON, 0.0), Attempt(NOON, 0)))
    assert one.is_over


def test_which_models_are_new() -> None:
    assert new_models(["v1"], ["", "v1", "v2"]) == ["v2"]
    assert new_models([], [""]) == []
