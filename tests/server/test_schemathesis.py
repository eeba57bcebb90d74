"""The server as it runs, asked for whatever its document allows, and for what it does not."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import requests
import schemathesis
from hypothesis import settings as examples
from redis import Redis
from requests.adapters import HTTPAdapter
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from plugin.clock import utc_now
from tests.samples import encoded, settings
from tests.served import Served, served
from tests.server.documented import NDJSON, assert_body_fits
from webhook_server.openapi import document

Case = schemathesis.Case[Any]
Decorator = Callable[[Callable[..., None]], Callable[..., None]]

KEY = "made-known-when-the-server-runs"
TOLERANT: list[schemathesis.CheckFunction] = [negative_data_rejection]
"""Left out where a bad line is answered with 200, and where the address is put right."""


def _schema() -> Any:
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "parameters": {"path.project": "parts"},
            "auth": {"openapi": {"key": {"bearer": KEY}}},
            # A schema cannot say that a box lies inside its image, or that an hour was of late.
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    )
    return schemathesis.openapi.from_dict(document("0", "", utc_now()), config=config)


schema = _schema()
every_operation: Decorator = schema.parametrize()
the_upload: Decorator = schema.include(operation_id="uploadImage").parametrize()
bounded = examples(max_examples=150, derandomize=True, deadline=None)


@schemathesis.serializer(NDJSON)
def two_lines(_: schemathesis.SerializationContext, value: object) -> bytes:
    """What the schema describes is one line."""
    line = value if isinstance(value, str) else encoded(value)
    return f"{line}\n{line}".encode()


class Honest(HTTPAdapter):
    """Sends the real key in place of KEY, and packs what says that it is packed."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        if request.headers.get("Authorization") == f"Bearer {KEY}":
            request.headers["Authorization"] = f"Bearer {self._key}"
        body = request.body
        if request.headers.get("Content-Encoding") == "gzip" and isinstance(body, bytes | str):
            request.body = gzip.compress(body.encode() if isinstance(body, str) else body)
            request.headers["Content-Length"] = str(len(request.body))
        return super().send(request, *args, **options)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Served]:
    """A server whose project keeps whatever is right, up to a cap."""
    with Redis.from_url(redis_url) as client:
        client.flushdb()
    keeps = settings(unknown_classes="keep", rules=[], limits={"per_day": 40})
    folder: Path = tmp_path_factory.mktemp("served")
    with served(folder, redis_url, keeps, LSAL_IMAGE_HOSTS="images.example.com") as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def upload(server: Served) -> dict[str, str]:
    """Where an image is waited for; asked for before the cap is reached."""
    event = encoded({"event_id": "upload", "prediction": {}})
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    url = f"{server.url}/v1/projects/parts/events"
    told: dict[str, dict[str, str]] = httpx.post(url, content=event, headers=headers).json()
    return told["upload"]


@pytest.fixture(scope="module")
def session(server: Served) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.mount("http://", Honest(server.key))
        yield session


@every_operation
@bounded
def test_every_answer_is_documented(case: Case, server: Served, session: requests.Session) -> None:
    # A bad line is only one bad line.
    without = TOLERANT if case.media_type == NDJSON else None
    answer = case.call_and_validate(base_url=server.url, session=session, excluded_checks=without)
    if answer.headers.get("content-type") == [NDJSON]:
        documented = case.operation.definition.raw["responses"]["200"]
        assert_body_fits(documented, NDJSON, answer.content)


@the_upload
@bounded
def test_every_answer_to_an_upload_is_documented(
    case: Case, server: Served, session: requests.Session, upload: dict[str, str]
) -> None:
    address = urlsplit(upload["url"])
    case.path_parameters = {"project": "parts", "frame_id": address.path.rpartition("/")[2]}
    case.query = dict(parse_qsl(address.query))
    case.call_and_validate(base_url=server.url, session=session, excluded_checks=TOLERANT)
