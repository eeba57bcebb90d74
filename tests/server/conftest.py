"""The web application on a real Redis and a real folder, without a server around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from tests.samples import settings
from tests.server.rsgi import Client
from webhook_server.front import create_front


@pytest.fixture
def application(redis: Redis, redis_url: str, tmp_path: Path) -> Iterator[Application]:
    """The parts, with the project `parts` in force."""
    config = {"STORE_URL": str(tmp_path / "store"), "REDIS_URL": redis_url, "LSAL_MAX_BODY_MB": 2}
    parts = Application(Config.model_validate(config))
    parts.history.add(settings(), "test", utc_now())
    yield parts
    parts.close()


@pytest.fixture
def client(application: Application) -> Iterator[Client]:
    """What posts to the server's front."""
    front = create_front(application)
    front.start()
    yield Client(front)
    front.stop()


@pytest.fixture
def key(application: Application) -> str:
    """A deployment's key to `parts`."""
    return application.deployments.register("parts", "line-3", utc_now())[1]
