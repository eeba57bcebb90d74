"""The pages on a free port with a real Store and a real Redis behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request
from redis import Redis
from werkzeug.serving import make_server

from plugin.bootstrap import Application
from plugin.config import Config
from tests.signing_in import MAYA, sign_in_browser
from tests.stand_ins import running
from webhook_server.app import create_app

CLOSED = "http://127.0.0.1:1"
"""Where no Label Studio answers: the dashboard must not ask it."""


@dataclass(frozen=True)
class Site:
    """Pages that are served, and what is behind them."""

    url: str
    application: Application
    app: Flask


@pytest.fixture
def site(tmp_path: Path, redis_url: str, redis: Redis) -> Iterator[Site]:
    """The pages, served until the test ends, with Label Studio closed."""
    assert redis.ping()  # and empty: the fixture saw to it
    config = {
        "STORE_URL": str(tmp_path / "store"),
        "REDIS_URL": redis_url,
        "LABEL_STUDIO_URL": CLOSED,
        "LABEL_STUDIO_PUBLIC_URL": "http://studio.example",
    }
    application = Application(Config.model_validate(config))
    app = create_app(application)
    with running(make_server("127.0.0.1", 0, app, threaded=True)) as server:
        yield Site(f"http://127.0.0.1:{server.server_port}", application, app)
    application.close()


def sign_in(
    context: BrowserContext, site: Site, email: str = MAYA, *, manager: bool = True
) -> None:
    """Sign somebody in to a browser, whoever was signed in there before."""
    sign_in_browser(context, site.url, site.application, email, manager=manager)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser context that ends with the test."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def stranger(context: BrowserContext) -> Iterator[Page]:
    """A page of somebody who is not signed in; it must not complain."""
    yield from _page(context)


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A manager's page that must not complain: neither scripts nor styles nor what it loads."""
    sign_in(context, site)
    yield from _page(context)


def _page(context: BrowserContext) -> Iterator[Page]:
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.extend(_failure(request)))
    yield page
    assert complaints == []


def _failure(request: Request) -> list[str]:
    # What a page still loads when it is left is nobody's fault.
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url}"]
