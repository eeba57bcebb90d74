"""The web application on a real Redis and a real folder, without a server around it."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from flask.testing import FlaskClient
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from tests.moto import CREDENTIALS, make_bucket, moto
from tests.samples import settings
from tests.server.faulty_s3 import FaultyS3, faulty_s3
from tests.server.rsgi import Client
from tests.signing_in import sign_in_client
from webhook_server.app import create_app
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
def reachable(application: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The parts, where commands and jobs find them, too: in the environment."""
    monkeypatch.setenv("STORE_URL", application.config.store_url)
    monkeypatch.setenv("REDIS_URL", application.config.redis_url)
    return application


@pytest.fixture
def client(application: Application) -> Iterator[Client]:
    """What posts to the server's front."""
    front = create_front(application)
    front.start()
    yield Client(front)
    front.stop()


@pytest.fixture
def signed_in_client(application: Application) -> FlaskClient:
    """A browser, as Flask's tests have one, in which maya@example.com manages."""
    client = create_app(application).test_client()
    sign_in_client(client, application)
    return client


@pytest.fixture
def key(application: Application) -> str:
    """A deployment's key to `parts`."""
    return application.deployments.register("parts", "line-3", utc_now())[1]


@pytest.fixture(scope="session")
def moto_address() -> Iterator[str]:
    """The address of an S3 of this test run's own, which keeps nothing on disk."""
    with moto() as address:
        yield address


@pytest.fixture
def bucket(moto_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket there, with credentials to it in the environment."""
    name = f"lsal-{token_hex(4)}"
    make_bucket(moto_address, name)
    for variable, value in {"AWS_ENDPOINT_URL": moto_address, **CREDENTIALS}.items():
        monkeypatch.setenv(variable, value)
    return f"s3://{name}"


@pytest.fixture
def s3(moto_address: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """What stands before that S3 and fails as told; the environment names it instead."""
    with faulty_s3(moto_address) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
        yield server
