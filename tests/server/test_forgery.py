"""Forms that were not filled in on our pages change nothing, and are told so."""

import pytest
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from tests.signing_in import csrf_token, sign_in_client
from webhook_server.app import create_app
from webhook_server.people.identity import SESSION

HTML = {"Accept": "text/html"}


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/sign-in").status_code == 303


def test_a_form_with_its_token_is_taken(signed_in_client: FlaskClient) -> None:
    token = csrf_token(signed_in_client)
    assert signed_in_client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert not is_signed_in(signed_in_client)


def test_a_script_sends_it_in_a_header(signed_in_client: FlaskClient) -> None:
    headers = {"X-CSRFToken": csrf_token(signed_in_client)}
    assert signed_in_client.post("/sign-out", headers=headers).status_code == 303


def test_a_form_without_a_token_is_refused(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post("/sign-out", headers=HTML)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert is_signed_in(signed_in_client)


def test_the_token_of_somebody_else_is_refused(
    signed_in_client: FlaskClient, application: Application
) -> None:
    other = create_app(application).test_client()
    sign_in_client(other, application, "eve@example.com")
    foreign = csrf_token(other)
    assert signed_in_client.post("/sign-out", data={"csrf_token": foreign}).status_code == 403
    assert is_signed_in(signed_in_client)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy.example"}, 303),
    ],
    ids=str,
)
def test_a_form_of_another_site_is_refused_whatever_it_brings(
    signed_in_client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    data = {"csrf_token": csrf_token(signed_in_client)}
    assert signed_in_client.post("/sign-out", data=data, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"), [("http://lsal.example", 401), ("http://elsewhere.example", 403)]
)
def test_the_public_address_counts_as_here(
    application: Application, origin: str, status: int
) -> None:
    config = application.config.model_copy(update={"public_url": "http://lsal.example/"})
    client = create_app(Application(config)).test_client()
    data = {"csrf_token": csrf_token(client, "/sign-in"), "token": ""}
    assert client.post("/sign-in", data=data, headers={"Origin": origin}).status_code == status


def test_a_form_of_a_session_that_ended_is_explained(
    signed_in_client: FlaskClient, application: Application
) -> None:
    data = {"csrf_token": csrf_token(signed_in_client)}
    application.sessions.end_all("maya@example.com")
    headers = {**HTML, "Referer": "http://localhost/queue?status=open"}
    answer = signed_in_client.post("/sign-out-everywhere", data=data, headers=headers)
    assert answer.status_code == 401
    assert "You are signed out, and nothing was changed" in answer.text
    assert 'href="/sign-in?next=/queue"' in answer.text


def test_programs_are_told_as_programs(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post("/sign-out")
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 403


def test_a_cookie_that_we_did_not_sign_is_nobody_s(
    signed_in_client: FlaskClient, application: Application
) -> None:
    value = signed_in_client.get_cookie("lsal_session")
    assert value
    payload, rest = value.value.split(".", 1)
    forged = create_app(application).test_client()
    forged.set_cookie("lsal_session", f"{payload[:-1]}A.{rest}")
    assert not is_signed_in(forged)
    with signed_in_client.session_transaction() as cookie:
        assert set(cookie) == {SESSION}
