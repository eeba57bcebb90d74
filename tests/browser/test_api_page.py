"""The page to try the API, in a real browser, on a server as it runs."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from redis import Redis

from tests.samples import settings
from tests.served import Served, served
from webhook_server.openapi.examples import IMAGE


@pytest.fixture
def server(tmp_path: Path, redis: Redis, redis_url: str) -> Iterator[Served]:
    assert redis.ping()
    with served(tmp_path, redis_url, settings()) as running:
        yield running


def operation(page: Page, name: str) -> Locator:
    """An operation, opened."""
    found = page.locator(f"#{name}")
    found.locator("summary").first.click()
    return found


@pytest.fixture
def docs(server: Served, page: Page) -> Page:
    """The page with a key."""
    page.goto(f"{server.url}/docs")
    page.get_by_label("Key", exact=True).fill(server.key)
    return page


def test_an_event_is_posted_and_its_image_uploaded(
    docs: Page, server: Served, tmp_path: Path
) -> None:
    events = operation(docs, "postEvents")
    events.get_by_role("button", name="Send").click()
    expect(events.locator(".status-line")).to_contain_text("202 Accepted")
    expect(events.locator(".answer")).to_contain_text('"outcome": "kept"')
    expect(events.locator(".answer")).to_contain_text('-H "Authorization: Bearer $KEY"')
    expect(events.locator(".answer")).not_to_contain_text(server.key)
    uploads = operation(docs, "uploadImage")
    uploads.get_by_label("Content-Type", exact=True).select_option("image/png")
    image = tmp_path / "a.png"
    image.write_bytes(base64.b64decode(IMAGE))
    uploads.get_by_label("The image").set_input_files(image)
    uploads.get_by_role("button", name="Send").click()
    expect(uploads.locator(".status-line")).to_contain_text("202 Accepted")
    assert len(server.application.spool.pending("parts")) == 1


@pytest.mark.parametrize(
    ("kind", "status"),
    [("multipart/form-data", "202 Accepted"), ("application/x-ndjson", "200 OK")],
)
def test_events_of_other_kinds_are_posted_too(docs: Page, kind: str, status: str) -> None:
    events = operation(docs, "postEvents")
    events.get_by_label("Content-Type", exact=True).select_option(kind)
    events.get_by_role("button", name="Send").click()
    expect(events.locator(".status-line")).to_contain_text(status)
    expect(events.locator(".answer")).to_contain_text("kept")


def test_what_is_packed_is_said_to_be(docs: Page) -> None:
    events = operation(docs, "postEvents")
    events.get_by_text("Optional parameters").click()
    events.get_by_label("Content-Encoding").select_option("gzip")
    events.get_by_role("button", name="Send").click()
    expect(events.locator(".status-line")).to_contain_text("202 Accepted")


@pytest.mark.parametrize(
    ("name", "status"),
    [("getRules", "200 OK"), ("postCounts", "202 Accepted"), ("getReadiness", "200 OK")],
)
def test_the_other_routes_answer(docs: Page, name: str, status: str) -> None:
    found = operation(docs, name)
    found.get_by_role("button", name="Send").click()
    expect(found.locator(".status-line")).to_contain_text(status)


def test_the_fields_of_a_body_unfold(docs: Page) -> None:
    events = operation(docs, "postEvents")
    events.get_by_text("Fields of application/json").click()
    events.get_by_text("AnyPrediction").click()
    events.get_by_text("Prediction", exact=True).last.click()
    events.get_by_text("Box", exact=True).click()
    expect(events.get_by_text("xyxy", exact=True)).to_be_visible()


def test_on_a_phone_nothing_sticks_out(server: Served, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{server.url}/docs")
    for name in ("postEvents", "uploadImage"):
        found = operation(page, name)
        found.get_by_text("Answers", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()


def test_it_leads_back_to_the_dashboard(docs: Page, server: Served) -> None:
    docs.get_by_role("link", name="Active learning").click()
    expect(docs).to_have_url(f"{server.url}/")
