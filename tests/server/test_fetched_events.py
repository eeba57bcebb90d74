"""Images by address: decided on at once, fetched by a worker, kept or given up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.frame import FailedFrame
from plugin.services.intake.fetching import MAX_TRIES, Fetcher
from tests.samples import settings
from tests.server.fetch_server import CAMERA, IMAGE, fetcher, serving
from tests.server.rsgi import Answered, Client
from tests.server.test_admission import counted_today
from tests.server.test_events import assert_problem, event, post_json


@pytest.fixture
def application(application: Application) -> Iterator[Application]:
    """The parts, which may fetch from the camera."""
    config = application.config.model_copy(update={"image_hosts": ("*.example.com",)})
    with_hosts = Application(config)
    yield with_hosts
    with_hosts.close()


@pytest.fixture
def port() -> Iterator[int]:
    with serving() as running:
        yield running.port


def post(
    client: Client, key: str, port: int, path: str = "image", event_id: str = "e1"
) -> Answered:
    image = {"url": f"http://{CAMERA}:{port}/{path}"}
    return post_json(client, key, event(event_id=event_id, image=image))


def worker(application: Application, minutes: float = 0) -> Fetcher:
    """The worker's part, some time later."""
    later = timedelta(minutes=minutes)
    images = fetcher()
    return replace(application.fetcher, images=images, clock=lambda: utc_now() + later)


def set_aside(application: Application) -> list[FailedFrame]:
    return list(application.spool.failed("parts"))


def test_an_image_is_fetched_by_the_worker_after_the_answer(
    client: Client, key: str, application: Application, port: int
) -> None:
    answer = post(client, key, port)
    told = answer.get_json()
    assert (answer.status_code, told["outcome"], "upload" in told) == (202, "kept", False)
    assert application.spool.pending("parts") == []
    assert worker(application).run("parts") == 1
    assert application.spool.pending("parts") == [told["frame_id"]]
    frame = application.spool.frame("parts", told["frame_id"])
    assert frame is not None
    assert application.spool.image(frame) == IMAGE


def test_the_same_event_is_one_fetch(
    client: Client, key: str, application: Application, port: int
) -> None:
    assert post(client, key, port).get_json() == post(client, key, port).get_json()
    assert worker(application).run("parts") == 1
    assert post(client, key, port).status_code == 202
    assert worker(application).run("parts") == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example.org/a.jpg",
        "ftp://camera.example.com/a.jpg",
        "http://user:pw@camera.example.com/a.jpg",
        "http://127.0.0.1/a.jpg",
        "nonsense",
        "",
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused_at_once(
    client: Client, key: str, application: Application, url: str
) -> None:
    assert_problem(post_json(client, key, event(image={"url": url})), 422, "image.url")
    assert list(application.reservations.of_project("parts")) == []


@pytest.mark.parametrize(
    "path", ["image?status=404", "image?type=text/html", "redirect?to=http://127.0.0.1/", "cut"]
)
def test_an_image_that_cannot_be_had_gives_its_budget_back(
    client: Client, key: str, application: Application, port: int, path: str
) -> None:
    application.history.add(settings(limits={"per_day": 1}), "test", utc_now())
    post(client, key, port, path)
    # What broke off is tried again, at growing intervals.
    tried = [worker(application, 60 * n).run("parts") for n in range(MAX_TRIES + 1)]
    assert sum(tried) == (MAX_TRIES if path == "cut" else 1)
    assert counted_today(application.redis) == 0
    assert [failed.frame.event_id for failed in set_aside(application)] == ["e1"]
    assert post(client, key, port, event_id="e2").get_json()["outcome"] == "kept"


def test_a_server_that_is_away_is_asked_again_later(
    client: Client, key: str, application: Application, port: int
) -> None:
    post(client, key, port, "image?status=503")
    assert worker(application).run("parts") == 1
    assert worker(application).run("parts") == 0, "not yet due"
    [reservation] = application.reservations.of_project("parts")
    assert (reservation.tries, set_aside(application)) == (1, [])
    assert worker(application, minutes=1).run("parts") == 1


def test_a_frame_that_was_given_up_may_be_posted_again(
    client: Client, key: str, application: Application, port: int
) -> None:
    post(client, key, port, "image?status=404")
    worker(application).run("parts")
    assert len(set_aside(application)) == 1
    assert post_json(client, key, event()).status_code == 202
    assert set_aside(application) == []
    assert len(application.spool.pending("parts")) == 1


def test_what_is_not_fetched_in_time_gives_its_budget_back(
    client: Client, key: str, application: Application, port: int
) -> None:
    post(client, key, port)
    assert application.completer.expire("parts", utc_now() + timedelta(minutes=59)) == 0
    assert application.completer.expire("parts", utc_now() + timedelta(minutes=61)) == 1
    assert worker(application).run("parts") == 0
