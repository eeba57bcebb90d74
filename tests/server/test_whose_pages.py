"""Every page, whoever wrote it: strangers are sent to sign in, and managers alone change things."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from plugin.bootstrap import Application
from tests.signing_in import csrf_token, sign_in_client
from webhook_server.app import create_app
from webhook_server.people.identity import OPEN

FOR_EVERYBODY = {"/mine/notifications"}
"""What reviewers change: what concerns themselves alone."""

NAMES = {
    "project": "parts", "name": "2026-11-23", "frame_id": "0" * 32, "size": "image", "number": "1",
}  # fmt: skip


@pytest.fixture
def app(application: Application) -> Flask:
    return create_app(application)


def paths(app: Flask, method: str) -> list[str]:
    """Paths of all pages that are not open, with names filled in."""
    rules = [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted({_path(app, rule) for rule in rules if _is_page(rule)})


def _is_page(rule: Rule) -> bool:
    blueprint = rule.endpoint.partition(".")[0]
    return blueprint not in OPEN | {"static"} and not rule.rule.startswith("/v1/")


def _path(app: Flask, rule: Rule) -> str:
    names = {name: NAMES.get(name, "assign") for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, names | dict(rule.defaults or {}))


@pytest.fixture
def reviewer(app: Flask, application: Application) -> FlaskClient:
    client = app.test_client()
    sign_in_client(client, application, "ann@example.com", manager=False)
    return client


def test_there_are_pages_to_look_at(app: Flask) -> None:
    assert {"/", "/queue", "/mine", "/system"} <= set(paths(app, "GET"))
    assert len(paths(app, "POST")) > 5


def test_strangers_are_sent_to_sign_in(app: Flask) -> None:
    answers = {path: app.test_client().get(path) for path in paths(app, "GET")}
    elsewhere = {path: answer.headers.get("Location", "") for path, answer in answers.items()}
    assert [path for path, to in elsewhere.items() if not to.startswith("/sign-in")] == []


def test_what_strangers_post_is_refused(app: Flask) -> None:
    for path in paths(app, "POST"):
        client = app.test_client()
        data = {"csrf_token": csrf_token(client, "/sign-in")}
        assert client.post(path, data=data).status_code == 401, path


def test_what_managers_post_needs_its_token(app: Flask, signed_in_client: FlaskClient) -> None:
    for path in paths(app, "POST"):
        assert signed_in_client.post(path).status_code == 403, path


def test_reviewers_change_nothing_of_others(app: Flask, reviewer: FlaskClient) -> None:
    data = {"csrf_token": csrf_token(reviewer)}
    for path in sorted(set(paths(app, "POST")) - FOR_EVERYBODY):
        assert reviewer.post(path, data=data).status_code == 403, path
