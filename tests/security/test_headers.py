"""What a browser may do with our answers, whichever it was: nothing that we did not put there."""

import pytest
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from tests.batch_samples import add_batch
from tests.server.rsgi import Client
from tests.server.test_whose_pages import paths
from tests.signing_in import csrf_token
from webhook_server.app import create_app

HTML = {"Accept": "text/html"}
FORBIDDEN = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "*", "http:", "https:", "blob:")
NARROWED = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")


def directives(policy: str) -> dict[str, list[str]]:
    parsed = [each.split() for each in policy.split(";")]
    return {name: sources for name, *sources in parsed}


def test_every_answer_is_shut(signed_in_client: FlaskClient, application: Application) -> None:
    add_batch(application)
    app = create_app(application)
    open_ones = [
        "/sign-in",
        "/docs",
        "/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
        "/nowhere",
    ]
    answers = {
        path: signed_in_client.get(path, headers=HTML) for path in [*open_ones, *paths(app, "GET")]
    }
    answers |= {f"POST {path}": signed_in_client.post(path) for path in paths(app, "POST")}
    answers["static"] = signed_in_client.get("/static/style.css")
    assert {answer.status_code for answer in answers.values()} >= {200, 303, 403, 404}
    for path, answer in answers.items():
        policy = answer.headers["Content-Security-Policy"]
        assert not [each for each in FORBIDDEN if each in policy.split()], path
        assert [each for each in NARROWED if each not in policy] == [], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        assert "Access-Control-Allow-Origin" not in answer.headers, path
        if answer.mimetype != "text/html":
            assert "script-src" not in policy, path


def test_a_page_runs_scripts_of_ours_and_no_others(signed_in_client: FlaskClient) -> None:
    policy = directives(signed_in_client.get("/").headers["Content-Security-Policy"])
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert policy["form-action"] == ["'self'"]
    assert "object-src" not in policy, "as default-src says: none"


def test_what_somebody_was_shown_is_kept_by_nobody(signed_in_client: FlaskClient) -> None:
    for path in ("/", "/queue", "/mine", "/system", "/projects/parts", "/nowhere"):
        answer = signed_in_client.get(path, headers=HTML)
        assert answer.headers["Cache-Control"] == "no-store", path


def test_machines_are_given_no_cookie_and_may_run_nothing(client: Client, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    for answer in (
        client.post("/v1/projects/parts/events", data=b"<b>", headers=headers),
        client.post("/v1/projects/parts/counts", data=b"<b>", headers=headers),
        client.get("/v1/projects/parts/rules", headers=headers),
        client.put("/v1/uploads/parts/<b>", data=b"<b>"),
    ):
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "html" not in answer.content_type


def test_a_cookie_is_for_this_server_alone(signed_in_client: FlaskClient) -> None:
    data = {"csrf_token": csrf_token(signed_in_client)}
    cookie = signed_in_client.post("/sign-out", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("spelling", ["X_Forwarded_For", "X-Forwarded_For", "Sec_Fetch_Site"])
def test_a_header_that_is_written_otherwise_is_none(
    client: Client, signed_in_client: FlaskClient, spelling: str
) -> None:
    """A proxy that sets `X-Forwarded-For` may let `X_Forwarded_For` through; WSGI mixes them up."""
    seen: list[str] = []
    app = create_app(client.front.parts)

    @app.before_request
    def look() -> None:
        from flask import request  # noqa: PLC0415

        seen.extend(name for name, _ in request.headers)

    object.__setattr__(client.front, "pages", app)
    client.get("/healthz", headers={spelling: "192.0.2.1", "X-Other": "1"})
    assert "X-Other" in seen
    assert spelling.replace("_", "-") not in {name.replace("_", "-") for name in seen}
