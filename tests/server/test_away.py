"""When what the server needs is away: what should be kept is refused so that it is sent again."""

import shutil
from pathlib import Path

import pytest

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo.processes import free_port
from tests.samples import box, prediction, settings
from tests.server.rsgi import Client
from tests.server.test_events import assert_problem, event, post_json
from webhook_server.front import create_front


@pytest.fixture
def without_redis(tmp_path: Path) -> Application:
    url = f"redis://127.0.0.1:{free_port(0)}/0"
    config = {"STORE_URL": str(tmp_path / "store"), "REDIS_URL": url}
    parts = Application(Config.model_validate(config))
    parts.history.add(settings(), "test", utc_now())
    return parts


def test_without_redis_refusals_go_on_and_what_should_be_kept_is_not_lost(
    without_redis: Application,
) -> None:
    _, key = without_redis.deployments.register("parts", "line-3", utc_now())
    front = create_front(without_redis)
    front.start()
    client = Client(front)
    turned_away = event(prediction=prediction(box(confidence=0.9)))
    assert post_json(client, key, turned_away).get_json()["outcome"] == "no_rule_matched"
    answer = post_json(client, key, event())
    assert_problem(answer, 503)
    assert answer.headers["Retry-After"]
    ready = client.get("/readyz")
    assert (ready.status_code, list(ready.get_json()["problems"])) == (503, ["redis"])
    assert client.get("/healthz").status_code == 200
    front.stop()


def test_a_frame_that_could_not_be_stored_may_be_posted_again(
    client: Client, key: str, application: Application
) -> None:
    frames = application.store_folder / "projects/parts/images"
    frames.write_text("a file where a folder should be: the disk refuses")
    assert_problem(post_json(client, key, event()), 503)
    frames.unlink()
    assert post_json(client, key, event()).status_code == 202
    assert len(application.spool.pending("parts")) == 1


def test_a_frame_that_redis_knows_and_the_store_does_not_is_stored(
    client: Client, key: str, application: Application
) -> None:
    """A crash between the charge and the spool: no 2xx was sent, so the client posts again."""
    post_json(client, key, event())
    shutil.rmtree(application.store_folder / "projects/parts/frames")
    assert post_json(client, key, event()).status_code == 202
    assert len(application.spool.pending("parts")) == 1
