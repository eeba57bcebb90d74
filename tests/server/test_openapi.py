"""/openapi.json: valid, complete, and true of what the server does."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.formats.native import PostedEvent
from tests.samples import encoded, settings
from tests.server.documented import API, NDJSON, assert_documented, assert_fits, followed
from tests.server.rsgi import Answered, Client
from tests.server.test_events import bearer
from webhook_server import front
from webhook_server.app import create_app
from webhook_server.intake.edge import Report, Rules, Taken
from webhook_server.openapi import document
from webhook_server.openapi.examples import IMAGE
from webhook_server.people.identity import OPEN
from webhook_server.replies import Problem

JSON = "application/json"
FORM = "multipart/form-data"
EVENTS = "/v1/projects/{project}/events"
COUNTS = "/v1/projects/{project}/counts"
APART = {"/docs", "/v1/label-studio/events"}
"""The page that shows it, and what Label Studio alone posts to."""


@pytest.fixture
def application(redis: Redis, redis_url: str, tmp_path: Path) -> Iterator[Application]:
    """As others have it, with a host that images may come from."""
    config = {
        "STORE_URL": str(tmp_path / "store"),
        "REDIS_URL": redis_url,
        "LSAL_MAX_BODY_MB": 1,
        "LSAL_IMAGE_HOSTS": "images.example.com",
    }
    parts = Application(Config.model_validate(config))
    parts.history.add(settings(), "test", utc_now())
    yield parts
    parts.close()


def ask(client: Client, key: str, path: str, method: str, **options: Any) -> Answered:
    """Ask as the document says, for the project `parts`, and hold the answer against it."""
    headers = bearer(key) | options.pop("headers", {})
    whole = path.replace("{project}", "parts")
    answer = client.ask(method.upper(), whole, headers=headers, **options)
    assert_documented(API["paths"][path][method], answer)
    return answer


def examples(path: str, kind: str) -> dict[str, Any]:
    content = API["paths"][path]["post"]["requestBody"]["content"][kind]
    return {name: each["value"] for name, each in content["examples"].items()}


def references(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from references(child)
    elif isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        for child in node.values():
            yield from references(child)


def test_the_document_is_openapi_3_1() -> None:
    schemathesis.openapi.from_dict(API).validate()
    assert API["openapi"] == "3.1.0"


def test_every_reference_leads_somewhere() -> None:
    found = set(references(API))
    assert len(found) > 30
    for each in found:
        assert followed({"$ref": each})


def test_every_route_of_programs_is_in_it(application: Application) -> None:
    known = create_app(application).url_map.iter_rules()
    rules = {each.rule for each in known if _is_of_programs(each.endpoint, each.rule)} - APART
    routes = {re.sub(r"<(\w+)>", r"{\1}", each) for each in rules | {front.EVENTS, front.UPLOADS}}
    assert routes == set(API["paths"])


def _is_of_programs(endpoint: str, rule: str) -> bool:
    return endpoint.partition(".")[0] in OPEN - {"sign_in"} or rule.startswith("/v1/")


@pytest.mark.parametrize("kind", [PostedEvent, Problem, Report, Rules, Taken])
def test_a_schema_has_the_fields_of_its_type(kind: type[msgspec.Struct]) -> None:
    schema = API["components"]["schemas"][kind.__name__]
    fields = msgspec.structs.fields(kind)
    assert set(schema["properties"]) == {each.encode_name for each in fields}
    assert schema["required"] == [each.encode_name for each in fields if each.required]


@pytest.mark.parametrize("name", examples(EVENTS, JSON))
def test_an_example_of_an_event_is_kept(client: Client, key: str, name: str) -> None:
    value = examples(EVENTS, JSON)[name]
    assert_fits(value, API["components"]["schemas"]["PostedEvent"])
    answer = ask(client, key, EVENTS, "post", data=encoded(value), content_type=JSON)
    assert answer.status_code == 202
    with_image = value.get("image") is not None
    assert ("upload" in answer.get_json()) == (not with_image)


@pytest.mark.parametrize("image", [None, base64.b64decode(IMAGE)], ids=["without", "with image"])
def test_the_example_of_a_form_is_kept(client: Client, key: str, image: bytes | None) -> None:
    [fields] = examples(EVENTS, FORM).values()
    if image:
        fields = fields | {"image": (BytesIO(image), "a.png")}
    answer = ask(client, key, EVENTS, "post", data=fields, content_type=FORM)
    assert answer.status_code == 202


def test_the_example_of_lines_is_kept_line_by_line(client: Client, key: str) -> None:
    [text] = examples(EVENTS, NDJSON).values()
    answer = ask(client, key, EVENTS, "post", data=text, content_type=NDJSON)
    assert [each["outcome"] for each in answer.lines()] == ["kept", "kept"]


def test_the_example_of_a_report_is_taken(
    client: Client, key: str, application: Application
) -> None:
    served = client.get("/openapi.json").get_json()
    content = served["paths"][COUNTS]["post"]["requestBody"]["content"][JSON]
    [example] = content["examples"].values()
    answer = ask(client, key, COUNTS, "post", data=encoded(example["value"]), content_type=JSON)
    assert (answer.status_code, answer.get_json()) == (202, {"taken": True})


def test_examples_are_of_today_however_long_a_server_runs() -> None:
    now = datetime(2031, 1, 1, 0, 30, tzinfo=UTC)
    content = document("1", "", now)["paths"][COUNTS]["post"]["requestBody"]["content"]
    [example] = content[JSON]["examples"].values()
    report = msgspec.convert(example["value"], Report)
    assert all(now - timedelta(days=1) < each.hour < now for each in report.counts)


def test_it_says_where_clients_find_the_server(client: Client) -> None:
    assert document("1", "https://lsal.example.com", utc_now())["servers"] == [
        {"url": "https://lsal.example.com"}
    ]
    assert client.get("/openapi.json").get_json()["servers"] == [{"url": "/"}]


def test_it_is_not_sent_again_to_whoever_has_it(client: Client) -> None:
    etag = client.get("/openapi.json").headers["ETag"]
    again = client.get("/openapi.json", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
