"""People are told by mail, on a real mail server: once, together, and later where it fails."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from redis import Redis

from plugin.domain.errors import ConflictError, NotFoundError
from plugin.domain.notices import Event
from plugin.services.notices import delivering
from plugin.stores.notices.contacts import Contact, folder_of
from tests.server.office import ANN, BEN, MAYA, NOON, Dying, Office, mail, office
from tests.smtp import MailServer, text_of

__all__ = ["mail", "office"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise imports it


def test_what_came_together_is_told_together_after_a_quiet_minute(
    office: Office, mail: MailServer
) -> None:
    office.note("assigned", 40)
    office.note("instructions_changed")
    office.note("assigned", 1, batch="2026-11-23")
    assert office.run_after(seconds=59) == 0
    assert office.run_after(seconds=1) == 1
    assert mail.subjects == [(ANN, "41 new images to review")]
    said = text_of(mail.taken[0])
    for line in (
        "40 new images in parts · 2026-11-24 from maya@example.com, instructions changed",
        "1 new image in parts · 2026-11-23",
        "https://lsal.example.com/mine",
    ):
        assert line in said
    assert office.run_after(days=1) == 0
    assert office.letters == []


def test_a_person_is_told_something_every_few_minutes_at_most(
    office: Office, mail: MailServer
) -> None:
    office.note("assigned", 1)
    assert office.run_after(minutes=1) == 1
    office.note("assigned", 2)
    assert office.run_after(minutes=4) == 0
    assert office.run_after(minutes=1) == 1
    for images in range(10, 16):  # and those that never stop do not wait for ever
        office.note("assigned", images)
        office.run_after(seconds=50)
    assert [subject.split()[0] for _, subject in mail.subjects] == ["1", "2", "75"]


def test_what_was_given_and_taken_again_is_not_worth_a_word(
    office: Office, mail: MailServer
) -> None:
    office.note("assigned", 40)
    office.note("taken_back", 40)
    office.note("assigned", 30, recipient=BEN)
    office.note("taken_back", 10, recipient=BEN)
    assert office.run_after(hours=1) == 1
    assert mail.subjects == [(BEN, "20 new images to review")]
    assert office.outbox.people() == []


def test_the_same_thing_is_told_once_however_often_it_is_noted(
    office: Office, mail: MailServer
) -> None:
    event = Event("batch_finished", MAYA, "parts", "2026-11-24", 100, "", NOON)
    assert office.notifier.note(event)
    later = msgspec.structs.replace(event, at=NOON + timedelta(seconds=9))
    assert not office.notifier.note(later)
    assert office.run_after(minutes=1) == 1
    assert not office.notifier.note(later)
    assert office.run_after(days=9) == 0
    assert mail.subjects == [(MAYA, "parts · 2026-11-24 is finished: 100 images")]


def test_nobody_is_told_of_what_they_did_themselves(office: Office) -> None:
    assert not office.note("assigned", 40, recipient=MAYA)
    assert office.outbox.people() == []


def test_two_workers_send_one_mail(
    tmp_path: Path, redis: Redis, office: Office, mail: MailServer
) -> None:
    for number in range(5):
        office.note("assigned", 3, recipient=f"reviewer-{number}@example.com")
    office.now += timedelta(minutes=1)
    offices = [Office(tmp_path, redis, mail.address) for _ in range(3)]
    for each in offices:
        each.now = office.now
    threads = [threading.Thread(target=each.courier.run) for each in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.courier.run()  # what one of them left to another
    assert sorted(to for to, _ in mail.subjects) == [
        f"reviewer-{number}@example.com" for number in range(5)
    ]


def test_a_channel_that_fails_is_shown_and_tried_again(office: Office, mail: MailServer) -> None:
    mail.refusal = "451 try again later"
    office.note("assigned", 40)
    assert office.run_after(minutes=1) == 0
    [letter] = office.letters
    [delivery] = letter.deliveries
    assert (delivery.state, delivery.tries, delivery.since) == ("waiting", 1, office.now)
    assert "try again later" in delivery.error
    assert delivery.shown == "mailto://127.0.0.1"
    mail.refusal = ""
    assert office.run_after(seconds=30) == 0
    assert office.run_after(seconds=31) == 1
    assert (len(mail.taken), office.letters) == (1, [])


def test_what_comes_while_no_channel_works_is_told_together_later(
    office: Office, mail: MailServer
) -> None:
    mail.refusal = "451 try again later"
    for images in (1, 2, 3):
        office.note("assigned", images)
        office.run_after(hours=1)
    assert len(office.letters) == 1
    mail.refusal = ""
    assert office.run_after(hours=1) == 2
    assert [subject.split()[0] for _, subject in mail.subjects] == ["1", "5"]


def test_a_channel_that_failed_is_left_alone_until_the_next_run(
    office: Office, mail: MailServer
) -> None:
    mail.refusal = "451 try again later"
    for recipient in (ANN, BEN):
        office.note("assigned", 40, recipient=recipient)
    office.run_after(minutes=1)
    assert sorted(letter.deliveries[0].tries for letter in office.letters) == [0, 1]


def test_what_fails_for_long_is_set_aside_until_a_manager_retries_it(
    office: Office, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "MAX_TRIES", 3)
    mail.refusal = "550 no such person"
    office.note("assigned", 40)
    for _ in range(9):
        office.run_after(hours=1)
    [letter] = office.letters
    assert (letter.deliveries[0].state, letter.deliveries[0].tries) == ("given_up", 3)
    mail.refusal = ""
    office.notifier.retry(folder_of(ANN), letter.id)
    assert office.courier.run() == 1
    with pytest.raises(NotFoundError):
        office.notifier.retry(folder_of(ANN), letter.id)


def test_what_was_being_sent_when_a_worker_died_is_not_sent_again_by_itself(
    office: Office, mail: MailServer
) -> None:
    office.note("assigned", 40)
    with pytest.raises(KeyboardInterrupt):
        _die_while_sending(office)
    [letter] = office.letters
    assert letter.deliveries[0].state == "sending"
    assert office.run_after(days=1) == 0
    [letter] = office.letters
    assert letter.deliveries[0].state == "unsure"
    assert mail.taken == []
    office.notifier.forget(folder_of(ANN), letter.id)
    assert (office.letters, office.run_after(days=1)) == ([], 0)


def _die_while_sending(office: Office) -> None:
    """As `kill -9` would: nothing of ours runs after it but what the test calls."""

    office.now += timedelta(minutes=1)
    replace(office.courier, channels=Dying()).run()


def test_a_letter_that_is_being_sent_is_not_retried(office: Office, redis: Redis) -> None:
    office.notifier.test(ANN)
    [letter] = office.letters
    redis.set(f"lsal:lock:notify:{folder_of(ANN)}", "somebody")
    with pytest.raises(ConflictError, match="being sent"):
        office.notifier.retry(folder_of(ANN), letter.id)


def test_who_wants_nothing_is_told_nothing_and_not_later_either(
    office: Office, mail: MailServer
) -> None:
    contact = office.contacts.save(Contact(ANN, enabled=False))
    office.note("assigned", 40)
    assert not office.notifier.test(ANN)
    assert office.run_after(hours=1) == 0
    office.contacts.save(msgspec.structs.replace(contact, enabled=True))
    assert office.run_after(hours=1) == 0
    assert office.notifier.test(ANN)
    assert office.courier.run() == 1
    assert mail.subjects == [(ANN, "A test")]
