"""The whole way of an event with the Store on S3: the same parts, another address."""

from collections.abc import Iterator

import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.config import Config
from plugin.domain.errors import ConflictError, InvalidInputError
from plugin.stores.settings_history import SettingsHistory
from tests.samples import NOW, box, jpeg, prediction, settings
from tests.server.reviewed import reviewed
from tests.server.rsgi import Client
from tests.server.test_events import event, post_json
from tests.server.test_uploads import reserve, upload


@pytest.fixture
def application(redis: Redis, redis_url: str, bucket: str) -> Iterator[Application]:
    """In place of the one whose Store is a folder: what uses it runs on S3."""
    config = {"STORE_URL": f"{bucket}/al", "REDIS_URL": redis_url, "LSAL_MAX_BODY_MB": 2}
    parts = Application(Config.model_validate(config))
    parts.history.add(settings(), "test", utc_now())
    yield parts
    parts.close()


def another(application: Application) -> Application:
    """The same Store, seen by another process."""
    return Application(application.config)


def test_an_event_is_kept(client: Client, key: str, application: Application) -> None:
    answer = post_json(client, key, event())
    assert (answer.status_code, answer.get_json()["outcome"]) == (202, "kept"), answer.text
    [frame_id] = another(application).spool.pending("parts")
    frame = another(application).spool.frame("parts", frame_id)
    assert frame is not None
    assert another(application).spool.image(frame) == jpeg()
    assert post_json(client, key, event()).get_json() == answer.get_json()
    application.spool.mark_all_imported("2026-11-23", [(frame, 7)], NOW)
    assert application.spool.pending("parts") == []
    assert [each.task_id for each in application.spool.imported("parts")] == [7]


def test_an_image_is_uploaded_after_the_decision(
    client: Client, key: str, application: Application
) -> None:
    assert upload(client, reserve(client, key)).status_code == 202
    assert len(application.spool.pending("parts")) == 1
    assert list(application.reservations.of_project("parts")) == []


def test_an_event_that_nobody_wants_leaves_nothing(
    client: Client, key: str, application: Application
) -> None:
    told = post_json(client, key, event(prediction=prediction(box(confidence=0.9)))).get_json()
    assert told["outcome"] == "no_rule_matched"
    assert application.spool.pending("parts") == []


def test_it_is_ready_and_says_how_many_frames_wait(client: Client, key: str) -> None:
    post_json(client, key, event())
    assert client.get("/readyz").get_json() == {"status": "ready"}
    metrics = client.get("/metrics").text
    assert 'lsal_spool_frames{project="parts",state="pending"} 1.0' in metrics


def test_of_two_editors_one_is_told(application: Application) -> None:
    other = SettingsHistory(another(application).store)
    application.history.add(settings(sampling_rate="5%"), "ann", NOW, base=1)
    with pytest.raises(ConflictError):
        other.add(settings(sampling_rate="1%"), "bob", NOW, base=1)
    assert [each.version for each in other.versions("parts")] == [1, 2]
    assert other.projects() == ["parts"]


def test_a_key_that_was_rotated_away_opens_nothing(
    client: Client, application: Application
) -> None:
    deployment, first = application.deployments.register("parts", "line-4", NOW)
    _, second = application.deployments.rotate(deployment, NOW)
    application.deployments.revoke(deployment, deployment.keys[0].id)
    assert post_json(client, first, event()).status_code == 401
    assert post_json(client, second, event()).status_code == 202


def test_a_training_set_is_written(application: Application) -> None:
    frame_id = reviewed(application, "one", seed=0)
    version = application.builder.build("parts")
    sets = another(application).training_sets
    [example] = sets.examples("parts", 1)
    assert (example.image_id, sets.image("parts", example)) == (frame_id, jpeg())
    assert sets.newest("parts") == version
    assert list(another(application).verifier.verify("parts", 1)) == []
    reviewed(application, "two")
    assert another(application).builder.build("parts").images == 2


def test_what_needs_a_folder_says_so(application: Application) -> None:
    with pytest.raises(InvalidInputError, match=r"STORE_URL: 's3://.*expected a folder"):
        _ = application.store_folder
