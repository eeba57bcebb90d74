"""The outbox on disk: what a process leaves behind when it is killed, and what channels are."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event as Flag

import msgspec
import pytest
from redis import Redis

from plugin.domain.errors import ConflictError, InvalidInputError, UnavailableError
from plugin.domain.notices import Event, Message
from plugin.notifications.addresses import for_person, shown, without_secrets
from plugin.notifications.channels import Channels
from plugin.stores.backends.folder import FolderStore
from plugin.stores.notices.contacts import Contact, Contacts, folder_of
from plugin.stores.notices.outbox import Outbox
from tests.stand_ins import running

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise imports it

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANN = "ann@example.com"
EVENT = Event("assigned", ANN, "parts", "2026-11-24", 40, "maya@example.com", NOON)
TOKEN = "abcdefghijklmnopqrstuvwxyz"
MESSAGE = Message("40 new images to review", "- 40 new images in parts · 2026-11-24")
DEADLINE = 60.0  # seconds


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def test_what_many_note_at_once_is_there_once(store: FolderStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: Outbox(store).add(EVENT), range(40)))
    assert added.count(True) == 1
    assert Outbox(store).waiting(folder_of(ANN)) == [EVENT]


def test_what_was_told_is_not_noted_again_also_not_in_between(store: FolderStore) -> None:
    outbox = Outbox(store)
    outbox.add(EVENT)
    outbox.settle(folder_of(ANN), [EVENT.key], NOON)
    assert not outbox.add(EVENT)
    # As if it had been noted after somebody looked, and before that one told it:
    key = f"outbox/waiting/{folder_of(ANN)}/{EVENT.key}.json"
    store.create(key, msgspec.json.encode(EVENT))
    assert outbox.waiting(folder_of(ANN)) == []
    assert not store.exists(key)


@pytest.mark.parametrize(
    "changes", [{"images": 41}, {"at": NOON + timedelta(seconds=1)}, {"batch": "2026-11-23"},
                {"recipient": "ben@example.com"}, {"kind": "reassigned"}],
)  # fmt: skip
def test_another_thing_is_told_as_well(store: FolderStore, changes: dict[str, object]) -> None:
    outbox = Outbox(store)
    assert outbox.add(EVENT)
    assert outbox.add(msgspec.structs.replace(EVENT, **changes))


COURIER = """
import sys
from datetime import timedelta
from pathlib import Path
from redis import Redis
from plugin.clock import utc_now
from plugin.notifications.channels import Channels
from plugin.services.notices.delivering import Courier
from plugin.services.notices.notifying_routes import Routes
from plugin.stores.notices.contacts import Contacts
from plugin.stores.backends.folder import FolderStore
from plugin.stores.locks import Locks
from plugin.stores.notices.outbox import Outbox

folder, redis, *everybody = sys.argv[1:]
store = FolderStore(Path(folder))
locks = Locks(Redis.from_url(redis, decode_responses=True))
routes = Routes(Contacts(store), tuple(everybody))
Courier(Outbox(store), routes, Channels(), locks, "", timedelta(0), utc_now, lambda: 0.0).run()
"""


@contextmanager
def mattermost(answered: Flag | None = None) -> Iterator[tuple[str, list[str]]]:
    """An incoming webhook as Mattermost documents it: JSON with a `text`, answered with `ok`.

    A stub, because Mattermost is no part of the tests. Slack's host cannot be set. Where
    `answered` is given, it answers only after that.
    """
    texts: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            texts.append(str(msgspec.json.decode(body)["text"]))
            if answered:
                answered.wait(DEADLINE)
            status = 200 if self.path == f"/hooks/{TOKEN}" else 400
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"ok" if status == 200 else b"no such hook")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Hook)) as server:
        yield f"mmost://127.0.0.1:{server.server_port}/", texts


def test_what_was_being_sent_when_its_worker_was_killed_is_set_aside(
    store: FolderStore, redis: Redis, redis_url: str
) -> None:
    answered, outbox = Flag(), Outbox(store)
    outbox.add(EVENT)
    with mattermost(answered) as (address, texts):
        arguments = [str(store.root), redis_url, address + TOKEN]
        courier = subprocess.Popen([sys.executable, "-c", COURIER, *arguments], env=_path())
        _wait_until_sent(texts, courier)
        courier.kill()
        courier.wait()
        answered.set()
        redis.flushdb()  # its lock would be free half a minute later
        subprocess.run([sys.executable, "-c", COURIER, *arguments], env=_path(), check=True)
        assert len(texts) == 1
    [letter] = outbox.all_letters()
    assert letter.deliveries[0].state == "unsure"
    assert outbox.waiting(folder_of(ANN)) == []


def _path() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(sys.path)}


def _wait_until_sent(texts: list[str], courier: "subprocess.Popen[bytes]") -> None:
    pause, deadline = Flag(), DEADLINE
    while not texts and deadline > 0:
        assert courier.poll() is None
        pause.wait(0.05)
        deadline -= 0.05
    assert texts


def test_a_chat_gets_the_message_and_what_it_refuses_is_said_without_the_token() -> None:
    with mattermost() as (address, texts):
        Channels().send(address + TOKEN, MESSAGE)
        assert MESSAGE.title in texts[0]
        assert "parts · 2026-11-24" in texts[0]
        with pytest.raises(UnavailableError, match="400") as caught:
            Channels().send(f"{address}{TOKEN[::-1]}", MESSAGE)
    assert caught.value.dependency == "mmost://127.0.0.1"
    assert TOKEN[::-1] not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("json://10.0.0.1/s3cret", "begins with one of"),
        ("file:///etc/s3cret", "begins with one of"),
        ("s3cret", "begins with one of"),
        ("https://example.com/s3cret", "a whole address"),
        ("slack://s3cret", "a whole address"),
        ("mailto://s3cret b", "without spaces"),
    ],
)
def test_other_addresses_are_refused_without_being_repeated(address: str, expected: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Channels().check("channels", address)
    [error] = caught.value.errors
    assert expected in error.expected
    assert "s3cret" not in str(caught.value)


def test_a_scheme_that_the_configuration_adds_is_allowed() -> None:
    Channels(("json",)).check("channels", "json://10.0.0.1/hook")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("mailtos://user:password@smtp.example.com?to={email}", "mailtos://smtp.example.com"),
        ("tgram://123456789:secret/chat", "tgram://…"),
        ("discord://4174216298/secret", "discord://…"),
        ("https://hooks.slack.com/services/T1/A1/secret", "https://hooks.slack.com"),
        ("mmost://[broken/secret", "mmost://…"),
    ],
)
def test_of_an_address_nothing_is_shown_that_is_a_secret(address: str, expected: str) -> None:
    assert shown(address) == expected


def test_a_person_cannot_break_the_address_of_everybody() -> None:
    template = "mailto://smtp.example.com?to={email}&from=lsal@example.com"
    assert for_person(template, "a&b=c?d@example.com") == template.replace(
        "{email}", "a%26b%3Dc%3Fd%40example.com"
    )
    assert for_person(template, "ann@example.com,ben@example.com") is None


def test_secrets_of_an_address_do_not_come_through_an_error() -> None:
    url = "mailto://user:pass%40word@smtp.example.com/x?from=lsal@example.com&key=12345678"
    said = "535 pass@word and pass%40word and 12345678 refused by smtp.example.com"
    assert without_secrets(said, url) == (
        "535 [redacted] and [redacted] and [redacted] refused by smtp.example.com"
    )


def test_of_two_managers_the_second_is_told(store: FolderStore) -> None:
    contacts = Contacts(store)
    first = contacts.save(Contact(ANN, channels=("slack://a/b/c",)))
    assert contacts.save(msgspec.structs.replace(first, enabled=False)).revision == 2
    with pytest.raises(ConflictError, match="somebody else"):
        contacts.save(msgspec.structs.replace(first, channels=()))
    assert contacts.of("Ann@Example.com") == Contact(
        ANN, enabled=False, channels=("slack://a/b/c",), revision=2
    )
    assert len(list(store.keys("contacts/"))) == 1  # secrets of before are gone
