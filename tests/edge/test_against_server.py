"""The client against the real server: granian and Redis; Label Studio is not needed for that."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from plugin.bootstrap import Application
from plugin.client import ActiveLearningClient, Options
from plugin.clock import utc_now
from plugin.config import Config
from plugin.demo import programs
from plugin.demo.processes import Processes, free_port
from plugin.domain.deciding import Decider
from plugin.domain.frame import frame_id
from tests.edge.conftest import FAST
from tests.edge.frames import DENT, RED, SURE
from tests.edge.waiting import wait_until, with_rules
from tests.samples import jpeg, settings


@pytest.fixture(scope="module")
def parts(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """What a running server works on; its port is `parts.config.port`."""
    data: Path = tmp_path_factory.mktemp("server")
    environment = {
        "STORE_URL": str(data / "store"), "REDIS_URL": redis_url,
        "LSAL_HOST": "127.0.0.1", "LSAL_PORT": str(free_port(0)),
    }  # fmt: skip
    with Processes(data) as processes:
        application = Application(Config.model_validate(environment))
        processes.start(programs.webhook(environment, application.config.port))
        yield application
        application.close()


@pytest.fixture
def project(parts: Application, request: pytest.FixtureRequest) -> str:
    """A project of the test's own, in force."""
    name = f"p{abs(hash(request.node.name)) % 10**9}"
    parts.history.add(settings(project=name), "test", utc_now())
    return name


@pytest.fixture
def client(parts: Application, project: str, tmp_path: Path) -> Iterator[ActiveLearningClient]:
    """A client of that project, which knows the rules."""
    _, key = parts.deployments.register(project, "line-3", utc_now())
    url = f"http://127.0.0.1:{parts.config.port}"
    options = Options(**FAST)
    with ActiveLearningClient(url, key, project=project, spool=tmp_path, options=options) as made:
        yield with_rules(made)


def test_a_kept_frame_is_in_the_spool_of_the_server_with_its_image(
    parts: Application, project: str, client: ActiveLearningClient
) -> None:
    taken_at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    fields = {"timestamp": taken_at, "metadata": {"line": 3}, "model_version": "parts-7"}
    client.submit(jpeg(), DENT, event_id="e1", **fields)  # type: ignore[arg-type]
    assert client.flush()
    frame = parts.spool.frame(project, frame_id(project, "e1"))
    assert frame is not None
    assert (frame.event_id, frame.captured_at, frame.metadata) == ("e1", taken_at, {"line": 3})
    assert (frame.rule, frame.prediction.model_version) == ("unsure", "parts-7")
    assert frame.prediction.boxes == DENT.boxes
    with Image.open(BytesIO(parts.spool.image(frame))) as image:
        assert image.size == (320, 240)


def test_an_array_arrives_in_its_colours(
    parts: Application, project: str, client: ActiveLearningClient
) -> None:
    client.submit(RED, DENT, event_id="e1", bgr=False)
    assert client.flush()
    frame = parts.spool.frame(project, frame_id(project, "e1"))
    assert frame is not None
    with Image.open(BytesIO(parts.spool.image(frame))) as image:
        red, green, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 20


def test_the_same_event_from_two_clients_is_one_frame(
    parts: Application, project: str, client: ActiveLearningClient, tmp_path: Path
) -> None:
    _, key = parts.deployments.register(project, "line-4", utc_now())
    url = f"http://127.0.0.1:{parts.config.port}"
    other = ActiveLearningClient(url, key, project=project, spool=tmp_path, options=Options(**FAST))
    moment = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    with other:
        for each in (client, other):
            each.submit(jpeg(), DENT, event_id="e1", timestamp=moment)
            assert each.flush()
            assert (each.stats().rejected, each.stats().spooled) == (0, 0)
    assert parts.spool.pending(project) == [frame_id(project, "e1")]


def test_a_cap_of_the_server_turns_away_what_the_edge_kept(
    parts: Application, project: str, client: ActiveLearningClient
) -> None:
    version = client.stats().rules_version
    parts.history.add(settings(project=project, limits={"per_day": 2}), "test", utc_now())
    wait_until(lambda: client.stats().rules_version > version)
    for number in range(4):
        client.submit(jpeg(seed=number), DENT, event_id=f"e{number}")
    assert client.flush()
    assert (client.stats().sent, client.stats().turned_away) == (2, {"cap_reached": 2})
    assert len(parts.spool.pending(project)) == 2


def test_the_edge_and_the_server_decide_the_same(
    parts: Application, project: str, client: ActiveLearningClient
) -> None:
    version, sampled = client.stats().rules_version, settings(project=project, sampling_rate=0.3)
    parts.history.add(sampled, "test", utc_now())
    wait_until(lambda: client.stats().rules_version > version)
    ids = [f"e{number}" for number in range(40)]
    for event_id in ids:
        client.submit(jpeg(), DENT, event_id=event_id)
    assert client.flush()
    decider = Decider(sampled)
    kept = [event_id for event_id in ids if decider.decide(event_id, DENT).refused is None]
    pending = {frame_id(project, event_id) for event_id in kept}
    assert set(parts.spool.pending(project)) == pending
    assert client.stats().turned_away == {}


def test_what_was_turned_away_at_the_edge_is_counted_by_the_server(
    parts: Application, project: str, client: ActiveLearningClient
) -> None:
    for _ in range(50):
        client.submit(jpeg(), SURE)
    assert client.flush()
    wait_until(lambda: parts.funnel.totals(project).get("edge:no_rule_matched") == 50)


def test_an_image_that_does_not_fit_is_set_aside_with_the_servers_words(
    client: ActiveLearningClient, tmp_path: Path
) -> None:
    client.submit(jpeg(width=640, height=480), DENT)
    assert client.flush()
    assert client.stats().rejected == 1
    assert "prediction.width" in client.stats().last_trouble
    assert list(tmp_path.rglob("rejected/*.jpg"))


def test_a_key_that_is_revoked_keeps_what_is_spooled(
    parts: Application, project: str, client: ActiveLearningClient
) -> None:
    (deployment,) = parts.deployments.of_project(project)
    parts.deployments.revoke(deployment)
    wait_until(lambda: "check the key" in client.stats().last_trouble)
    client.submit(jpeg(), DENT)
    assert not client.flush(timeout=0.5)
    assert (client.stats().spooled, client.stats().rejected) == (1, 0)


def test_a_deployment_that_must_sign_is_understood(
    parts: Application, project: str, tmp_path: Path
) -> None:
    deployment, key = parts.deployments.register(project, "signing", utc_now())
    _, secret = parts.deployments.sign(deployment)
    options = Options(**FAST, signing_secret=secret)
    url = f"http://127.0.0.1:{parts.config.port}"
    with ActiveLearningClient(url, key, project=project, spool=tmp_path, options=options) as made:
        with_rules(made)
        made.submit(jpeg(), DENT, event_id="e1")
        made.submit(jpeg(), SURE)
        assert made.flush()
        assert made.stats().sent == 1
