"""Decided first, uploaded after: the address, what is sent to it, and what never comes."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.errors import ConflictError, GoneError
from tests.samples import box, encoded, jpeg, prediction, settings
from tests.server.rsgi import Answered, Client
from tests.server.test_admission import counted_today
from tests.server.test_events import assert_problem, event, post_json

LATER = timedelta(minutes=11)


def reserve(client: Client, key: str, event_id: str = "e1") -> str:
    """The path and query of the address where the image of an event is to be uploaded."""
    answer = post_json(client, key, event(event_id=event_id, image=None))
    assert answer.status_code == 202, answer.text
    address = urlsplit(answer.get_json()["upload"]["url"])
    return f"{address.path}?{address.query}"


def upload(client: Client, address: str, image: bytes | None = None) -> Answered:
    return client.put(address, data=image or jpeg(), content_type="image/jpeg")


def test_an_uploaded_image_makes_the_frame_whole(
    client: Client, key: str, application: Application
) -> None:
    address = reserve(client, key)
    assert application.spool.pending("parts") == []
    answer = upload(client, address)
    told = answer.get_json()
    assert (answer.status_code, told["outcome"], told["rule"]) == (202, "kept", "unsure")
    frame = application.spool.frame("parts", told["frame_id"])
    assert frame is not None
    assert application.spool.image(frame) == jpeg()
    assert (frame.image.width, frame.image.height) == (320, 240)
    assert list(application.reservations.of_project("parts")) == []


def test_the_same_event_has_the_same_address_until_its_image_is_there(
    client: Client, key: str
) -> None:
    first = reserve(client, key)
    assert reserve(client, key) == first
    upload(client, first)
    again = post_json(client, key, event(image=None)).get_json()
    assert (again["outcome"], "upload" in again) == ("kept", False)


def test_an_address_is_used_once(client: Client, key: str, application: Application) -> None:
    address = reserve(client, key)
    assert upload(client, address).status_code == 202
    for image in (jpeg(), jpeg(seed=2)):
        assert_problem(upload(client, address, image), 409)
    [frame_id] = application.spool.pending("parts")
    frame = application.spool.frame("parts", frame_id)
    assert frame is not None
    assert application.spool.image(frame) == jpeg()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("/parts/", "/other/", id="another project"),
        pytest.param("expires=1", "expires=9", id="a later time"),
        pytest.param("expires=1", "expires=x", id="no time"),
        pytest.param("signature=", "signature=0", id="another signature"),
        pytest.param("&signature=", "&other=", id="no signature"),
        pytest.param("?expires=", "?other=", id="no expiry"),
    ],
)
def test_an_address_that_was_changed_opens_nothing(
    client: Client, key: str, application: Application, old: str, new: str
) -> None:
    application.history.add(settings(project="other"), "test", utc_now())
    address = reserve(client, key)
    changed = address.replace(old, new, 1)
    assert changed != address
    assert_problem(upload(client, changed), 403)
    assert application.spool.pending("parts") == application.spool.pending("other") == []


def test_another_frame_is_not_opened(client: Client, key: str) -> None:
    one, other = reserve(client, key, "e1"), reserve(client, key, "e2")
    ids = [address.partition("?")[0].rpartition("/")[2] for address in (one, other)]
    assert_problem(upload(client, one.replace(ids[0], ids[1])), 403)


def test_an_address_expires(client: Client, key: str, application: Application) -> None:
    frame_id = reserve(client, key).partition("?")[0].rpartition("/")[2]
    expired = application.upload_addresses.path("parts", frame_id, utc_now())
    assert "expired at" in assert_problem(upload(client, expired), 410)["detail"]


@pytest.mark.parametrize(
    ("image", "status", "field"),
    [
        pytest.param(b"<html>", 422, "image", id="a page"),
        pytest.param(b"", 422, "image", id="nothing"),
        pytest.param(jpeg()[:-3000], 422, "image", id="cut short"),
        pytest.param(jpeg(64, 64), 422, "prediction.width, prediction.height", id="other size"),
        pytest.param(b"x" * 2_000_001, 413, "", id="too large"),
    ],
)
def test_a_wrong_image_may_be_followed_by_the_right_one(
    client: Client, key: str, image: bytes, status: int, field: str
) -> None:
    address = reserve(client, key)
    answer = client.put(address, data=image, content_type="image/jpeg")
    assert_problem(answer, status, field)
    assert upload(client, address).status_code == 202


def test_a_prediction_without_a_size_is_checked_against_the_image(client: Client, key: str) -> None:
    outside = {"boxes": [box(xyxy=[10, 10, 900, 90])]}
    answer = post_json(client, key, event(image=None, prediction=outside))
    address = answer.get_json()["upload"]["url"].removeprefix("http://localhost:8090")
    assert_problem(upload(client, address), 422, "prediction.boxes[0].xyxy")


def test_an_image_that_never_comes_gives_its_budget_back(
    client: Client, key: str, application: Application, redis: Redis
) -> None:
    application.history.add(settings(limits={"per_day": 1}), "test", utc_now())
    address = reserve(client, key)
    full = post_json(client, key, event(event_id="e2", image=None)).get_json()
    assert full["outcome"] == "cap_reached"
    assert application.completer.expire("parts", utc_now()) == 0
    assert application.completer.expire("parts", utc_now() + LATER) == 1
    assert counted_today(redis) == 0
    assert_problem(upload(client, address), 410)
    assert "upload" in post_json(client, key, event(event_id="e2", image=None)).get_json()
    client.front.flusher.flush()
    assert application.funnel.totals("parts")["outcome:image_missing"] == 1


def test_an_image_that_came_keeps_its_budget(
    client: Client, key: str, application: Application, redis: Redis
) -> None:
    """Also where a crash came between the spool and the end of the reservation."""
    application.history.add(settings(limits={"per_day": 1}), "test", utc_now())
    address = reserve(client, key)
    [reservation] = application.reservations.of_project("parts")
    upload(client, address)
    application.reservations.add(reservation)
    assert application.completer.expire("parts", utc_now() + LATER) == 0
    assert counted_today(redis) == 1
    assert list(application.reservations.of_project("parts")) == []


def test_an_event_whose_place_expired_gets_it_anew(
    client: Client, key: str, application: Application
) -> None:
    reserve(client, key)
    application.completer.expire("parts", utc_now() + LATER)
    assert upload(client, reserve(client, key)).status_code == 202


def test_a_late_image_is_compared_with_those_kept(
    client: Client, key: str, application: Application, redis: Redis
) -> None:
    near = {"within": "1h", "distance": 4}
    changes = {"near_duplicates": near, "limits": {"per_day": 5}}
    application.history.add(settings(**changes), "test", utc_now())
    first, second, third = (reserve(client, key, f"e{n}") for n in range(3))
    kept = upload(client, first).get_json()
    answer = upload(client, second)
    assert (answer.status_code, answer.get_json()["outcome"]) == (200, "near_duplicate")
    assert answer.get_json()["reason"].startswith(f"looks like frame {kept['frame_id']}: 0 of 64")
    assert upload(client, third, jpeg(seed=8)).status_code == 202
    assert counted_today(redis) == 2
    assert_problem(upload(client, second), 410)


def test_two_images_at_once_are_one_frame(
    application: Application, client: Client, key: str
) -> None:
    address = reserve(client, key)
    frame_id = address.partition("?")[0].rpartition("/")[2]
    with application.locks.hold(f"frame:{frame_id}"), pytest.raises(ConflictError):
        application.completer.complete("parts", frame_id, jpeg(), utc_now())


def test_a_frame_nobody_knows_is_gone(application: Application) -> None:
    with pytest.raises(GoneError):
        application.completer.complete("parts", "0" * 32, jpeg(), utc_now())


def test_a_full_disk_leaves_the_address_open(
    client: Client, key: str, application: Application
) -> None:
    address = reserve(client, key)
    images = application.store_folder / "projects/parts/images"
    images.write_text("a file where a folder should be: the disk refuses")
    assert_problem(upload(client, address), 503)
    images.unlink()
    assert upload(client, address).status_code == 202


def test_form_and_json_reserve_alike(client: Client, key: str) -> None:
    fields = {"event_id": "e1", "prediction": encoded(prediction(box()))}
    headers = {"Authorization": f"Bearer {key}"}
    form = client.post(
        "/v1/projects/parts/events",
        data=fields,
        headers=headers,
        content_type="multipart/form-data",
    )
    assert form.get_json() == post_json(client, key, event(image=None)).get_json()
