"""The dashboard on a free port with a real Store and a real Redis behind it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from redis import Redis
from werkzeug.serving import make_server

from plugin.bootstrap import Application
from plugin.config import Config
from webhook_server.app import create_app

CLOSED = "http://127.0.0.1:1"
"""Where no Label Studio answers: the dashboard must not ask it."""


@dataclass(frozen=True)
class Site:
    """A dashboard that is served, and the parts behind it."""

    url: str
    application: Application


Serve = Callable[[str], Site]


@pytest.fixture
def serve(tmp_path: Path, redis_url: str, redis: Redis) -> Iterator[Serve]:
    """Serve a dashboard with a password ("" for none) until the test ends."""
    assert redis.ping()  # and empty: the fixture saw to it
    with ExitStack() as stack:

        def start(password: str) -> Site:
            config = {
                "STORE_URL": str(tmp_path / "store"),
                "REDIS_URL": redis_url,
                "LABEL_STUDIO_URL": CLOSED,
                "LABEL_STUDIO_PUBLIC_URL": "http://studio.example",
                "LSAL_DASHBOARD_PASSWORD": password,
            }
            application = Application(Config.model_validate(config))
            return Site(stack.enter_context(_serving(application)), application)

        yield start


@contextmanager
def _serving(application: Application) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(application), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        application.close()


@pytest.fixture
def site(serve: Serve) -> Site:
    """A dashboard without a password."""
    return serve("")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser context that ends with the test."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not complain: neither scripts nor styles nor what it loads."""
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    yield page
    assert complaints == []
