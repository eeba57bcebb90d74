"""The card *Retraining*: settings, announcements, asking, announcing again, and the secret."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from plugin.config import Config
from plugin.queues import RETRAIN, open_queue
from tests.server.html_forms import form_of
from tests.server.project_page import PAGE, change, newest, post
from tests.server.receiver import Reply
from tests.server.training import Training, training_of
from tests.signing_in import MAYA, csrf_token, sign_in_client
from webhook_server.app import create_app

MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def training(application: Application) -> Iterator[Training]:
    with training_of(application) as training:
        yield training


def card(client: FlaskClient) -> str:
    """What the card says, without tags."""
    text = client.get(PAGE).text
    inside = text.partition('id="retraining"')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", inside))


def send(client: FlaskClient, ending: str, **fields: str) -> str:
    """Post a form of the card, and say what the page says then."""
    data = {"csrf_token": csrf_token(client), **fields}
    answer = client.post(f"{PAGE}/retrain/{ending}", data=data)
    assert answer.status_code == 303
    assert answer.location == f"{PAGE}#retraining"
    return client.get(PAGE).text


def test_the_settings_are_saved_and_said(
    signed_in_client: FlaskClient, application: Application
) -> None:
    assert "is not made by itself" in card(signed_in_client)
    answer = post(
        signed_in_client, "retrain", retrain__after_images="200", retrain__every="weekly",
        retrain__on_batch="true", retrain__webhook="https://train.example.com/new",
    )  # fmt: skip
    assert answer.status_code == 303
    saved = newest(application).settings.retrain
    assert (saved.after_images, saved.every, saved.on_batch) == (200, "weekly", True)
    said = card(signed_in_client)
    assert "After 200 new images, when a batch is completed, every week" in said
    assert "https://train.example.com/new" in said
    assert "expected a host that LSAL_RETRAIN_HOSTS names" in said
    assert "there is no signing secret yet" in said
    post(signed_in_client, "retrain", retrain__after_images="")
    assert newest(application).settings.retrain.after_images is None
    assert newest(application).settings.retrain.every == "weekly"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("retrain.webhook", "train.example.com", "an address with http or https"),
        ("retrain.after_images", "0", "at least 1"),
        ("retrain.after_images", "many", "a whole number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    signed_in_client: FlaskClient, field: str, value: str, said: str
) -> None:
    answer = post(signed_in_client, "retrain", **{field.replace(".", "__"): value})
    assert answer.status_code == 422
    assert form_of(answer.text, "/retrain").fields[field] == value
    assert said in answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]


def test_announcements_are_listed_with_what_became_of_them(
    signed_in_client: FlaskClient, training: Training
) -> None:
    training.ask_for(after_images=1, webhook=training.receiver.url)
    training.receiver.replies = [Reply(500, MARKUP.encode())]
    training.review()
    training.run()
    assert "Waiting" in card(signed_in_client)
    training.run()
    said = card(signed_in_client)
    for words in ("Version 1", "1 new image", "Failing", "answered 500", "1 of 10 tries, next",
                  "Not seen yet"):  # fmt: skip
        assert words in said
    assert MARKUP not in signed_in_client.get(PAGE).text
    training.run_after(seconds=10)
    assert "Taken" in card(signed_in_client)


def test_a_version_is_asked_for_and_made_by_a_worker(
    signed_in_client: FlaskClient, training: Training
) -> None:
    training.ask_for(webhook=training.receiver.url)
    assert "nothing was reviewed yet" in send(signed_in_client, "now")
    training.review()
    training.complete()
    assert "A worker makes the next version" in send(signed_in_client, "now")
    assert "A version is being made since" in card(signed_in_client)
    jobs = open_queue(training.parts.queue_redis).get_jobs()
    assert [(job.func_name, job.args) for job in jobs] == [(RETRAIN, ["parts"])]
    training.run()
    assert f"Asked for by {MAYA}" in card(signed_in_client)
    [entry] = training.parts.audit.newest(9, "parts")
    assert (entry.by, entry.action) == (MAYA, "retrain.asked")


def test_a_version_is_announced_again(signed_in_client: FlaskClient, training: Training) -> None:
    training.ask_for(after_images=1, webhook=training.receiver.url)
    training.review()
    training.run()
    training.run()
    assert "Version 1 is announced again" in send(signed_in_client, "replay", version="1")
    training.run()
    assert len(training.receiver.received) == 2
    assert "no announcement of version" in send(signed_in_client, "replay", version="<b>2")
    training.ask_for()
    said = send(signed_in_client, "replay", version="1")
    assert "expected a webhook or a command" in said


def test_while_a_version_is_made_that_is_said(
    signed_in_client: FlaskClient, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.services.retrain.retraining.PATIENCE", 0.0)
    training.ask_for(webhook=training.receiver.url)
    training.review()
    training.complete()
    with training.parts.locks.hold("retrain:parts"):
        assert "made or announced at this moment" in send(signed_in_client, "now")


def test_a_version_that_cannot_be_made_says_why(
    signed_in_client: FlaskClient, training: Training
) -> None:
    training.ask_for(after_images=1)
    training.review()
    with training.parts.locks.hold("training-set:parts"):
        training.run()
    assert "No version could be made yet" in card(signed_in_client)


@pytest.mark.parametrize(
    ("variable", "value", "retrain"),
    [
        ("LSAL_RETRAIN_HOSTS", "Train!", {"webhook": "https://train.example.com/"}),
        ("LSAL_RETRAIN_COMMAND", "train 'a", {"command": True}),
    ],
)
def test_an_environment_that_is_wrong_is_said_and_the_page_is_there(
    application: Application, variable: str, value: str, retrain: dict[str, object]
) -> None:
    config = application.config.model_dump(by_alias=True) | {variable: value}
    with closing(Application(Config.model_validate(config))) as parts:
        change(parts, retrain=retrain)
        client = create_app(parts).test_client()
        sign_in_client(client, parts)
        assert f"Environment: {variable}" in card(client)


def test_the_secret_is_shown_once(signed_in_client: FlaskClient, application: Application) -> None:
    data = {"csrf_token": csrf_token(signed_in_client)}
    answer = signed_in_client.post(f"{PAGE}/retrain/secret", data=data)
    [secret] = application.retrain_secrets.of("parts")
    assert secret in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    again = signed_in_client.get(f"{PAGE}/retrain/secret")
    assert (again.status_code, again.location) == (303, f"{PAGE}#retraining")
    assert secret not in signed_in_client.get(PAGE).text
    assert [each.action for each in application.audit.newest(9, "parts")] == ["retrain.secret_made"]
    assert secret not in repr(application.audit.newest(9, "parts"))


def test_a_reviewer_sees_the_card_and_neither_buttons_nor_output(
    signed_in_client: FlaskClient, training: Training
) -> None:
    training.ask_for(after_images=1, webhook=training.receiver.url)
    training.receiver.replies = [Reply(200, b"thanks, secretly")]
    training.review()
    training.run()
    training.run()
    assert "thanks, secretly" in card(signed_in_client)
    sign_in_client(signed_in_client, training.parts, "ann@example.com", manager=False)
    said = card(signed_in_client)
    assert "Version 1" in said
    assert "thanks, secretly" not in said
    assert "Make a version now" not in said
    assert "Announce again" not in said


@pytest.mark.parametrize("ending", ["now", "replay", "secret"])
def test_a_project_that_is_not_there_is_404(signed_in_client: FlaskClient, ending: str) -> None:
    data = {"csrf_token": csrf_token(signed_in_client), "version": "1"}
    answer = signed_in_client.post(f"/projects/elsewhere/retrain/{ending}", data=data)
    assert answer.status_code == 404
