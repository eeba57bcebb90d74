"""Secrets that are planted come out nowhere: no log, page, error or job, nothing in Redis."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from redis import Redis

from plugin.bootstrap import Application
from plugin.cli import main
from plugin.clock import utc_now
from plugin.config import Config
from plugin.domain.errors import ActiveLearningError
from plugin.domain.notices import Message
from plugin.logs import JsonFormatter
from plugin.queues import IMPORT
from plugin.services.collection.hooks import EVENTS, SECRET_HEADER
from tests.batch_samples import add_batch
from tests.samples import box, encoded, jpeg, prediction, settings
from tests.server.rsgi import Client
from tests.server.test_whose_pages import paths
from tests.signing_in import csrf_token, session_cookie, sign_in_client
from webhook_server.app import create_app
from webhook_server.front import create_front

TOKEN = "0a1b2c3d4e" * 4
METRICS = "metrics-t0ken-7Gq2"
MEDIA = "media-s3cret-9Xw4"
PASSWORD = "notify-pa55word-3Kd8"
MAIL = f"mailto://robot:{PASSWORD}@127.0.0.1:1?to={{email}}"
CLOSED = "http://127.0.0.1:1"


@pytest.fixture
def parts(redis: Redis, redis_url: str, tmp_path: Path) -> Iterator[Application]:
    """An installation in which every secret is set, and nobody else answers."""
    assert redis.dbsize() == 0
    config = {
        "STORE_URL": str(tmp_path / "store"), "REDIS_URL": redis_url, "LABEL_STUDIO_URL": CLOSED,
        "LABEL_STUDIO_API_KEY": TOKEN, "LSAL_METRICS_TOKEN": METRICS, "LSAL_NOTIFY": MAIL,
        "LSAL_MEDIA_KEY": "key", "LSAL_MEDIA_SECRET": MEDIA,
    }  # fmt: skip
    application = Application(Config.model_validate(config))
    application.history.add(settings(enabled=True), "test", utc_now())
    yield application
    application.close()


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged, at DEBUG, as our processes write it."""
    out = io.StringIO()
    handler, root = logging.StreamHandler(out), logging.getLogger()
    handler.setFormatter(JsonFormatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.setLevel(level)
    root.removeHandler(handler)


def machines(parts: Application, client: Client, key: str, secrets: dict[str, str]) -> list[str]:
    """What deployments and Label Studio are answered, rightly and wrongly asking."""
    path, event = "/v1/projects/parts/events", encoded({"prediction": prediction(box())})
    said = []
    kept = client.post(path, data=event, headers=bearer(key), content_type="application/json")
    secrets["upload address"] = kept.get_json()["upload"]["url"].partition("signature=")[2]
    address = "/v1/uploads" + kept.get_json()["upload"]["url"].partition("/v1/uploads")[2]
    said += [client.put(asked, data=jpeg()).text for asked in (address + "0", address)]
    for given in (key, key[:-1], f"{key}x", TOKEN, METRICS):
        wanted = (path, path.replace("parts", "doors"))
        said += [client.post(each, data=b"{", headers=bearer(given)).text for each in wanted]
        said.append(client.get("/metrics", headers=bearer(given)).text)
    add_batch(parts)
    secrets["webhook"] = parts.hook_secrets.of("parts", "2026-11-23")
    for name in ("2026-11-23", "2026-11-24"):
        headers = {SECRET_HEADER: secrets["webhook"]}
        said.append(client.post(f"{EVENTS}?project=parts&batch={name}", headers=headers).text)
    return said


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def people(parts: Application, client: FlaskClient) -> list[str]:
    """Every page, and what is posted to it, as a manager is answered."""
    app = create_app(parts)
    sign_in_client(client, parts)
    said = [client.get(path).text for path in paths(app, "GET") if not path.endswith(".zip")]
    data = {"csrf_token": csrf_token(client)}
    changes = [path for path in paths(app, "POST") if "sign-out" not in path]
    said += [client.post(path, data=data).text for path in changes if "secret" not in path]
    said.append(client.post("/sign-in", data={**data, "token": TOKEN}).text)
    return said


def troubles(parts: Application) -> list[str]:
    """Errors of what talks to others, none of whom answers."""
    said = []
    message = Message("1 new image to review", "- 1 new image in parts")
    for act in (
        lambda: parts.channels.send(MAIL.replace("{email}", "ann%40example.com"), message),
        lambda: parts.channels.check("channels", f"nonsense://{PASSWORD}"),
        lambda: parts.sign_in.begin(TOKEN, "192.0.2.1"),
        lambda: parts.importer.run("parts"),
    ):
        with pytest.raises(ActiveLearningError) as raised:
            act()
        logging.getLogger("plugin.test").exception("it failed")
        said += [str(raised.value), repr(raised.value)]
    return said


def dumped(redis: Redis) -> str:
    """All that Redis holds, keys and values."""
    return "".join(f"{key!r}{redis.dump(key)!r}" for key in redis.scan_iter())


def test_they_come_out_nowhere(parts: Application, redis_url: str, logged: io.StringIO) -> None:
    deployment, key = parts.deployments.register("parts", "line-3", utc_now())
    other, _ = parts.deployments.register("parts", "line-4", utc_now())
    _, signing = parts.deployments.sign(other)
    secrets = {
        "deployment key": key.split("_", 2)[2], "signing secret": signing.removeprefix("whsec_"),
        "token of Label Studio": TOKEN, "token of /metrics": METRICS, "media secret": MEDIA,
        "password of a channel": PASSWORD,
        "retrain secret": parts.retrain_secrets.renew("parts", utc_now()).removeprefix("whsec_"),
        "cookie": session_cookie(parts),
    }  # fmt: skip
    front = create_front(parts)
    front.start()
    said = machines(parts, Client(front), key, secrets)
    front.stop()
    said += people(parts, create_app(parts).test_client())
    parts.queue.force("parts", IMPORT)
    said += troubles(parts)
    said += [repr(parts.config), str(parts.config), repr(deployment)]
    with Redis.from_url(redis_url) as raw:
        places = {"answers": "\n".join(said), "logs": logged.getvalue(), "Redis": dumped(raw)}
    assert "plugin.jobs.import_frames" in places["Redis"] or "rq:job:" in places["Redis"]
    assert "it failed" in places["logs"]
    found = {
        (name, place) for name, secret in secrets.items() for place in places
        if secret in places[place]
    }  # fmt: skip
    assert found == set()


def test_the_store_has_them_where_they_must_be(parts: Application) -> None:
    """Keys nowhere; what has to be known to sign, in files of its own that their owner reads."""
    _, key = parts.deployments.register("parts", "line-3", utc_now())
    assert parts.sessions.secret
    root = Path(parts.store.location("secrets"))
    for path in (each for each in root.parent.rglob("*") if each.is_file()):
        assert key.split("_", 2)[2].encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0, path
        for secret in (TOKEN, METRICS, MEDIA, PASSWORD):
            assert secret.encode() not in path.read_bytes(), path
    assert [each.name for each in root.iterdir()] == ["sessions"]


def test_a_wrong_environment_is_told_without_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", TOKEN)
    monkeypatch.setenv("LSAL_NOTIFY", MAIL)
    monkeypatch.setenv("LSAL_PORT", "no port")
    ran = CliRunner().invoke(main, ["project", "list"])
    assert ran.exit_code == 1
    assert "LSAL_PORT" in ran.output
    assert TOKEN not in ran.output and PASSWORD not in ran.output
