"""Handing over to a bucket, and over HTTP: as it comes, at the pace of whoever reads."""

import socket
import zipfile
from dataclasses import replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from msgspec import structs

from plugin.bootstrap import Application
from plugin.domain.errors import ConflictError
from plugin.services.training_sets.handing_over import Delivery
from plugin.stores.backends.locating import open_store
from plugin.stores.objects import ObjectStore
from plugin.training_set.examples import Example
from plugin.training_set.sets import image_key
from tests.samples import settings
from tests.served import served
from tests.server.rsgi import Client
from tests.signing_in import session_cookie
from tests.training_set.format_samples import DETECTION
from tests.training_set.publishing import publish
from webhook_server.people.cookies import COOKIE

BIG = 1_500_000
PATH = "/projects/parts/training-set/1.zip"


@pytest.fixture
def delivery(application: Application) -> Delivery:
    publish(application.training_sets, DETECTION)
    return application.handing_over.prepare("parts", 1, ["yolo"])


def content(store: ObjectStore) -> dict[str, bytes]:
    return {key: store.get(key) for key in store.keys("set/")}


def cookie(application: Application, *, manager: bool = True) -> dict[str, str]:
    value = session_cookie(application, "maya@example.com", manager=manager)
    return {"cookie": f"{COOKIE}={value}", "accept": "text/html"}


def test_a_bucket_has_it_all_and_dataset_json_last(
    application: Application, delivery: Delivery, bucket: str
) -> None:
    application.handing_over.hand_over(delivery, f"{bucket}/set")
    expected = {f"set/{path}": data for path, data in delivery.files()}
    assert content(open_store(bucket)) == expected


def test_what_was_cut_short_is_completed_by_the_same_set_and_by_no_other(
    application: Application, delivery: Delivery, bucket: str
) -> None:
    store, hand_over = open_store(bucket), application.handing_over.hand_over
    some = dict(list(delivery.files())[:4])
    for path, data in some.items():
        store.create(f"set/{path}", data)
    store.create("set/handing-over.json", delivery.said())
    other = replace(delivery, formats=application.handing_over.prepare("parts", 1, ["voc"]).formats)
    with pytest.raises(ConflictError, match="is not empty"):
        hand_over(other, f"{bucket}/set")
    hand_over(delivery, f"{bucket}/set")
    assert content(store) == {f"set/{path}": data for path, data in delivery.files()}
    with pytest.raises(ConflictError, match="is not empty: name a folder that is"):
        hand_over(delivery, f"{bucket}/set")


def test_an_archive_comes_in_pieces_for_managers_and_nobody_else(
    application: Application, delivery: Delivery, client: Client
) -> None:
    got = client.get(PATH + "?format=yolo", headers=cookie(application))
    assert (got.status_code, got.content_type) == (200, "application/zip")
    assert got.headers["content-disposition"] == "attachment; filename=parts-v1-yolo.zip"
    assert len(got.sent) == len(list(delivery.files())) + 1
    assert got.data == b"".join(delivery.archive())
    reviewer = client.get(PATH + "?format=yolo", headers=cookie(application, manager=False))
    assert reviewer.status_code == 403
    assert client.get(PATH + "?format=yolo").status_code == 303


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("1.zip?format=csv", 422, "one of coco, yolo, yolo-obb, voc"),
        ("1.zip", 422, "one of coco"),
        ("9.zip?format=yolo", 404, "no training set version"),
    ],
    ids=["format", "none", "version"],
)
def test_what_cannot_be_had_says_why(
    query: str, status: int, said: str, delivery: Delivery, client: Client
) -> None:
    headers = cookie(client.front.parts) | {"accept": "application/json"}
    got = client.get(f"/projects/parts/training-set/{query}", headers=headers)
    assert (got.status_code, said in got.text) == (status, True), got.text


def test_a_store_that_lost_the_first_image_is_an_error_and_no_archive(
    application: Application, delivery: Delivery, client: Client
) -> None:
    first = next(iter(DETECTION.examples()))
    application.store.delete(image_key("parts", first.sha256, "jpg"))
    assert client.get(PATH + "?format=yolo", headers=cookie(application)).status_code == 503


def test_nothing_is_made_before_it_is_read(tmp_path: Path, redis_url: str) -> None:
    """The last image is taken away while the client has read only the first bytes."""
    examples = big_examples()
    of = replace(DETECTION, examples=lambda: iter(examples), image=big_image)
    with served(tmp_path, redis_url, settings()) as server:
        publish(server.application.training_sets, of)
        query = "?format=coco"
        session = cookie(server.application)
        whole = httpx.get(server.url + PATH + query, headers=session, timeout=60)
        assert zipfile.ZipFile(BytesIO(whole.content)).testzip() is None
        assert len(whole.content) > len(examples) * BIG
        with begin(server.url, session["cookie"], PATH + query) as connection:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
            server.application.store.delete(image_key("parts", examples[-1].sha256, "jpg"))
            rest = b"".join(iter(partial(connection.recv, 1 << 16), b""))
        assert b"dataset.json" not in rest, "what cannot be whole has no end that says so"
        assert httpx.get(server.url + "/healthz", timeout=60).status_code == 200


def begin(url: str, session: str, path: str) -> socket.socket:
    """Ask for something, with little room for what comes."""
    place = urlsplit(url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.settimeout(60)
    connection.connect((place.hostname, place.port))
    head = f"GET {path} HTTP/1.1\r\nhost: {place.netloc}\r\ncookie: {session}\r\n"
    connection.sendall(f"{head}connection: close\r\n\r\n".encode())
    return connection


def big_image(example: Example) -> bytes:
    return example.image_id.encode() + bytes(BIG)


def big_examples() -> list[Example]:
    """Forty images of a size, sixty megabytes: more than the network holds on its way."""
    base = next(iter(DETECTION.examples()))
    names = [f"{number:032d}" for number in range(40)]
    named = [structs.replace(base, image_id=name, file_name=f"{name}.jpg") for name in names]
    return [structs.replace(each, sha256=sha256(big_image(each)).hexdigest()) for each in named]
