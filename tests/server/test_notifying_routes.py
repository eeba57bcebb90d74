"""Through which channels people are told, also when these change while something waits."""

from pathlib import Path

import msgspec
import pytest
from redis import Redis

from plugin.stores.notices.contacts import Contact
from tests.server.office import ANN, BEN, Office, mail, office
from tests.smtp import MailServer, mail_server

__all__ = ["mail", "office"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise imports it


def test_an_address_that_is_corrected_carries_what_waits(
    tmp_path: Path, redis: Redis, mail: MailServer
) -> None:
    wrong = Office(tmp_path, redis, "mailto://127.0.0.1:1?to={email}&from=lsal@example.com")
    wrong.note("assigned", 40)
    assert wrong.run_after(minutes=1) == 0
    right = Office(tmp_path, redis, mail.address)
    assert right.run_after(hours=1) == 1
    assert (len(mail.taken), right.letters) == (1, [])


def test_a_channel_of_ones_own_comes_instead(office: Office, mail: MailServer) -> None:
    with mail_server() as own:
        office.contacts.save(Contact(ANN, channels=(own.address,)))
        office.note("assigned", 40)
        office.note("assigned", 40, recipient=BEN)
        assert office.run_after(minutes=1) == 2
        assert ([to for to, _ in own.subjects], [to for to, _ in mail.subjects]) == ([ANN], [BEN])


def test_a_channel_that_is_taken_away_leaves_its_messages_to_the_others(
    office: Office, mail: MailServer
) -> None:
    nowhere = "mailto://127.0.0.1:1?to={email}&from=lsal@example.com"
    contact = office.contacts.save(Contact(ANN, channels=(nowhere,)))
    office.note("assigned", 40)
    assert office.run_after(minutes=1) == 0
    contact = office.contacts.save(msgspec.structs.replace(contact, channels=()))
    assert office.run_after(hours=1) == 1
    assert [to for to, _ in mail.subjects] == [ANN]
    office.contacts.save(msgspec.structs.replace(contact, channels=(mail.address, nowhere)))
    office.note("assigned", 2)
    assert office.run_after(minutes=5) == 1
    now = office.contacts.of(ANN)
    office.contacts.save(msgspec.structs.replace(now, channels=(mail.address,)))
    assert office.run_after(hours=1) == 0
    assert (len(mail.taken), office.letters) == (2, [])
