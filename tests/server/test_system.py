"""The System page's forms, as a browser posts them, and the parts behind the page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from plugin.bootstrap import Application
from plugin.domain.diagnosis import Diagnosis, Finding
from plugin.domain.notices import Message
from plugin.queue_state import queue_state
from plugin.queues import NOTIFY, PERIODIC, SWEEP, Scheduler, open_queue, open_worker
from plugin.services.operations.checking_up import CheckUp
from plugin.stores.measures.heartbeats import Heartbeats
from plugin.stores.notices.contacts import folder_of
from plugin.stores.notices.outbox import Delivery, Letter
from tests.browser.troubles import frame
from tests.signing_in import csrf_token, sign_in_client

ANN = "ann@example.com"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7X"

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise imports it


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_token(client), **form})


def letter(parts: Application) -> Letter:
    delivery = Delivery("everybody-1", "mailto://smtp.example.com", "given_up", tries=24)
    made = Letter(
        id="ab" * 12, recipient=ANN, message=Message("40 new images", ""), at=NOON,
        deliveries=(delivery,),
    )  # fmt: skip
    parts.outbox.save(made)
    return made


def test_a_form_that_is_sent_twice_does_nothing_twice(
    signed_in_client: FlaskClient, application: Application
) -> None:
    application.spool.add(frame("one"), b"no picture")
    application.spool.mark_failed(frame("one"), "400", NOON)
    form = {"project": "parts", "frame": frame("one").frame_id}
    for _ in range(2):
        assert post(signed_in_client, "/system/frames", **form).status_code == 303
    assert application.spool.pending("parts") == [frame("one").frame_id]
    assert [each.action for each in application.audit.newest(9)] == ["frames.retried"]
    assert "a failed frame of parts" in signed_in_client.get("/system").text


def test_frames_that_are_two_tasks_want_a_look(
    signed_in_client: FlaskClient, application: Application
) -> None:
    application.doubts.note("parts", "2026-11-24", [frame("one").frame_id], NOON)
    assert "two tasks" not in signed_in_client.get("/system").text
    (doubt,) = application.doubts.of_project("parts")
    both = (frame("one").frame_id,)
    application.doubts.replace(msgspec.structs.replace(doubt, both=both))
    page = signed_in_client.get("/system").text
    assert "1 frame of parts came to be two tasks" in page
    assert "lsal frames parts --state doubled" in page


@pytest.mark.parametrize("name", ["../x", "a/b", "Ä", ""])
def test_names_that_are_none_are_refused(signed_in_client: FlaskClient, name: str) -> None:
    frames = {"project": "parts", "frame": name or "-"}
    assert post(signed_in_client, "/system/frames", **frames).status_code == 303
    assert post(signed_in_client, "/system/frames", project=name).status_code == 404
    form = {"do": "retry", "person": name, "letter": name}
    assert post(signed_in_client, "/system/messages", **form).status_code == 303
    assert "Nothing was done" in signed_in_client.get("/system").text
    assert post(signed_in_client, "/system/messages", do=name).status_code == 400
    assert post(signed_in_client, "/mine/notifications", do=name).status_code == 400


@pytest.mark.parametrize("path", ["frames", "doctor", "messages", "contacts"])
def test_changes_are_for_managers(
    signed_in_client: FlaskClient, application: Application, path: str
) -> None:
    sign_in_client(signed_in_client, application, ANN, manager=False)
    assert post(signed_in_client, f"/system/{path}", project="parts").status_code == 403
    assert signed_in_client.get("/system").status_code == 403


@pytest.mark.parametrize("path", ["/system/frames", "/system/contacts", "/mine/notifications"])
def test_a_form_without_its_token_changes_nothing(
    signed_in_client: FlaskClient, application: Application, path: str
) -> None:
    form = {"project": "parts", "email": ANN, "do": "off"}
    assert signed_in_client.post(path, data=form).status_code in (400, 403)
    assert list(application.contacts.changed()) == []
    assert application.audit.newest(9) == []


def test_of_two_managers_the_second_is_told_and_overwrites_nothing(
    signed_in_client: FlaskClient, application: Application
) -> None:
    form = {"email": ANN, "enabled": "on", "base": "0", "channels": f"slack://{SECRET}"}
    assert post(signed_in_client, "/system/contacts", **form).status_code == 303
    second = post(signed_in_client, "/system/contacts", **(form | {"channels": ""}))
    assert second.status_code == 409
    assert "Somebody else has changed this" in second.text
    assert SECRET not in second.text
    assert application.contacts.of(ANN).channels == (f"slack://{SECRET}",)
    assert "slack://…" in application.audit.newest(1)[0].detail


def test_an_address_that_is_none_is_said_at_its_field(signed_in_client: FlaskClient) -> None:
    answer = post(signed_in_client, "/system/contacts", email="ann", base="x", channels="json://a")
    assert answer.status_code == 422
    assert re.findall(r'id="(\w+)-error"', answer.text) == ["email", "channels"]
    assert signed_in_client.get("/system/contacts").status_code == 303


def test_a_message_is_given_up_by_a_manager(
    signed_in_client: FlaskClient, application: Application
) -> None:
    made = letter(application)
    form = {"do": "forget", "person": folder_of(ANN), "letter": made.id}
    post(signed_in_client, "/system/messages", **form)
    assert application.outbox.all_letters() == []
    assert application.audit.newest(1)[0].action == "message.forget"


def test_a_heartbeat_says_how_a_job_ended(redis: Redis) -> None:
    now = NOON
    beats = Heartbeats(redis, lambda: now)
    with beats.during("sweep"):
        pass
    now += timedelta(minutes=1)
    with pytest.raises(ValueError, match="no"), beats.during("sweep"):
        raise ValueError("no token=0123456789012345678901234567890123456789")
    found = beats.all()["sweep"]
    assert (found.at, found.worked) == (now, NOON)
    assert found.error == "ValueError: no token=[redacted]"


@pytest.fixture
def jobs(reachable: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """A queue whose worker finds the same Store."""
    monkeypatch.setenv("LSAL_LOG_LEVEL", "CRITICAL")
    yield reachable
    reachable.queue_redis.flushdb()


def test_a_job_in_a_worker_leaves_its_heartbeat_and_one_that_fails_is_shown(
    jobs: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = open_queue(jobs.queue_redis)
    jobs.queue.ask(NOTIFY)
    queue.enqueue_call("plugin.jobs.no_such_job", args=("parts",), failure_ttl=60)
    state = queue_state(jobs.queue_redis)
    assert (state.waiting, state.workers, state.scheduler) == (2, 0, None)
    assert state.oldest
    open_worker(jobs.queue_redis).work(burst=True, logging_level="CRITICAL")
    beat = jobs.heartbeats.all()[NOTIFY]
    assert (beat.error, beat.worked) == ("", beat.at)
    state = queue_state(jobs.queue_redis)
    assert (state.waiting, state.oldest) == (0, None)
    [failed] = state.failed
    assert (failed.name, failed.subject) == ("no_such_job", "parts")
    assert "no_such_job" in failed.error


def test_a_scheduler_that_runs_is_seen(application: Application) -> None:
    scheduler = Scheduler(application.queue_redis)
    scheduler.register_birth()
    scheduler.heartbeat()
    assert queue_state(application.queue_redis).scheduler
    assert {NOTIFY, SWEEP} <= PERIODIC.keys()


class Patient:
    """Stands for an installation in which nothing is wrong: the real one is asked elsewhere."""

    looks = 0

    def findings(self) -> Iterator[Finding]:
        self.looks += 1
        yield Finding("key", "a legacy token")


def test_a_look_is_taken_when_somebody_asks_and_every_day_after(application: Application) -> None:
    now, patient = NOON, Patient()
    check_up = CheckUp(
        lambda: patient, application.diagnoses, application.queue, application.locks,  # type: ignore[arg-type, return-value]
        lambda: now,
    )  # fmt: skip
    assert check_up.run() is None
    assert check_up.ask()
    assert not check_up.ask()
    found = check_up.run()
    assert found == Diagnosis(NOON, (Finding("key", "a legacy token"),))
    assert (application.diagnoses.last(), application.diagnoses.asked()) == (found, None)
    now += timedelta(hours=23)
    assert check_up.run() is None
    now += timedelta(hours=1)
    assert check_up.run()
    assert patient.looks == 2
