"""Signing in and out, and what is whose. Tokens are tried on a real Label Studio, elsewhere."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from plugin.stores.access.attempts import OF_ONE
from tests.server.proxy import proxy
from tests.signing_in import csrf_token, sign_in_client
from webhook_server.app import create_app
from webhook_server.people.identity import managers_only, person
from webhook_server.people.own_path import own_path

HTML = {"Accept": "text/html"}
TOKEN = "a" * 40


@pytest.fixture
def stranger(application: Application) -> FlaskClient:
    """A browser of somebody who is not signed in; Label Studio is closed."""
    config = application.config.model_copy(update={"label_studio_url": "http://127.0.0.1:1"})
    return create_app(Application(config)).test_client()


def attempt(client: FlaskClient, token: str = TOKEN, **more: str) -> tuple[int, str]:
    data = {"csrf_token": csrf_token(client, "/sign-in"), "token": token, **more}
    answer = client.post("/sign-in", data=data)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/", "/sign-in"),
        ("/queue", "/sign-in?next=/queue"),
        ("/queue?search=a+b&sort=images", "/sign-in?next=/queue?search%3Da%2Bb%26sort%3Dimages"),
    ],
)
def test_who_is_not_signed_in_is_sent_there(
    stranger: FlaskClient, path: str, location: str
) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, location)


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/openapi.json", "/static/style.css"])
def test_what_is_open_stays_open(stranger: FlaskClient, path: str) -> None:
    with stranger.get(path) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/queue?status=open&search=ü b", "/queue?status=open&search=ü b"),
        ("", "/"),
        ("queue", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/elsewhere.example", "/"),
        ("/queue\r\nSet-Cookie: a=b", "/"),
        ("///[", "/"),
    ],
)
def test_one_goes_on_to_a_page_of_ours_and_nowhere_else(wanted: str, goes: str) -> None:
    assert own_path(wanted) == goes


@pytest.mark.parametrize(
    ("token", "status", "said"),
    [
        ("", 401, "A token is needed."),
        (" ", 401, "A token is needed."),
        ("<script>alert(1)</script>", 401, "This does not look like a token of Label Studio."),
        ("a" * 5000, 401, "This is too long for a token."),
        (TOKEN, 503, "Label Studio does not answer"),
    ],
    ids=["none", "blank", "markup", "long", "away"],
)
def test_what_is_wrong_is_said_at_the_field(
    stranger: FlaskClient, token: str, status: int, said: str
) -> None:
    answered, page = attempt(stranger, token, next="/queue")
    assert answered == status
    error = page.partition('id="token-error"><bdi>')[2].partition("<")[0]
    assert error.startswith(said)
    assert 'name="next" value="/queue"' in page
    assert not token.strip() or token not in page


def test_who_guesses_is_told_to_wait(stranger: FlaskClient) -> None:
    for _ in range(OF_ONE):
        assert attempt(stranger, "wrong")[0] == 401
    data = {"csrf_token": csrf_token(stranger, "/sign-in"), "token": TOKEN}
    answer = stranger.post("/sign-in", data=data)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "Signing in failed too often" in answer.text
    elsewhere = stranger.post("/sign-in", data=data, headers={"X-Forwarded-For": "203.0.113.7"})
    assert elsewhere.status_code == 503


def test_a_label_studio_that_is_away_is_no_guess(stranger: FlaskClient) -> None:
    assert {attempt(stranger)[0] for _ in range(OF_ONE + 2)} == {503}


def test_signing_out_ends_the_session_whoever_has_its_cookie(
    signed_in_client: FlaskClient, application: Application
) -> None:
    cookie = signed_in_client.get_cookie("lsal_session")
    assert cookie
    data = {"csrf_token": csrf_token(signed_in_client)}
    assert (
        "You are signed out."
        in signed_in_client.post("/sign-out", data=data, follow_redirects=True).text
    )
    thief = create_app(application).test_client()
    thief.set_cookie("lsal_session", cookie.value)
    assert thief.get("/queue").headers["Location"].startswith("/sign-in")


def test_signing_out_everywhere_ends_the_others_too(
    signed_in_client: FlaskClient, application: Application
) -> None:
    phone = create_app(application).test_client()
    sign_in_client(phone, application)
    data = {"csrf_token": csrf_token(signed_in_client)}
    signed_in_client.post("/sign-out-everywhere", data=data)
    assert phone.get("/queue").status_code == 303
    assert [entry.action for entry in application.audit.newest(1)] == ["signed_out_everywhere"]


@pytest.mark.parametrize(("public", "secure"), [("", False), ("https://lsal.example", True)])
def test_the_cookie_is_out_of_reach(application: Application, public: str, secure: bool) -> None:
    config = application.config.model_copy(update={"public_url": public})
    answer = create_app(Application(config)).test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie
    assert ("Secure" in cookie) == secure


def guarded(parts: Application) -> Flask:
    """The server with one more page, for managers."""
    app = create_app(parts)

    @app.get("/guarded")
    @managers_only
    def page() -> str:
        return person().email

    return app


@pytest.mark.parametrize(
    ("managers", "by_role", "status"),
    [
        ((), True, 200),
        ((), False, 403),
        (("Maya@Example.com",), False, 200),
        (("ben@example.com",), True, 403),
    ],
)
def test_managers_are_those_of_the_configuration_or_else_by_role(
    application: Application, managers: tuple[str, ...], by_role: bool, status: int
) -> None:
    parts = Application(application.config.model_copy(update={"managers": managers}))
    client = guarded(parts).test_client()
    sign_in_client(client, parts, manager=by_role)
    assert client.get("/guarded", headers=HTML).status_code == status
    assert ('href="/system"' in client.get("/nowhere", headers=HTML).text) == (status == 200)


def test_without_redis_a_page_says_so(application: Application, redis_url: str) -> None:
    with proxy(redis_url) as between:
        config = application.config.model_copy(update={"redis_url": between.url})
        parts = Application(config)
        client = create_app(parts).test_client()
        sign_in_client(client, parts)
        between.refusing = True
        answer = client.get("/queue", headers=HTML)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Redis is not available." in answer.text


def test_without_the_store_a_page_says_so(application: Application) -> None:
    application.store_folder.parent.mkdir(exist_ok=True)
    config = application.config.model_copy(update={"store_url": "/dev/null/store"})
    answer = create_app(Application(config)).test_client().get("/queue", headers=HTML)
    assert answer.status_code == 503
    assert "Store is not available." in answer.text
