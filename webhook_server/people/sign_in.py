"""Signing in with a token of Label Studio, and out again."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from plugin.bootstrap import Application
from plugin.domain.errors import LabelStudioError, NotAuthenticatedError, TooManyAttemptsError
from webhook_server.people.identity import SESSION, person, viewer
from webhook_server.people.own_path import own_path
from webhook_server.problems import sentence

MAX_TOKEN = 4096
"""Characters; a personal access token has some 200."""

AWAY = "Label Studio does not answer, so that nobody can tell whose token this is; try again later"


def blueprint(application: Application) -> Blueprint:
    """The routes of signing in and out."""
    routes = Blueprint("sign_in", __name__)

    @routes.get("/sign-in")
    def page() -> AnyResponse:
        """Ask for a token; who is signed in goes on."""
        wanted = own_path(request.args.get("next", ""))
        return redirect(wanted, 303) if viewer() else _form(wanted)

    @routes.post("/sign-in")
    def begin() -> AnyResponse:
        """Begin a session."""
        wanted = own_path(request.form.get("next", ""))
        token = request.form.get("token", "").strip()
        try:
            identifier = application.sign_in.begin(_checked(token), _address())
        except TooManyAttemptsError as error:
            answer = _form(wanted, str(error), 429)
            answer.headers["Retry-After"] = str(error.wait)
            return answer
        except NotAuthenticatedError as error:
            return _form(wanted, str(error), 401)
        except LabelStudioError:
            return _form(wanted, AWAY, 503)
        _remember(application, identifier)
        return redirect(wanted, 303)

    @routes.post("/sign-out")
    def end() -> AnyResponse:
        """End this session."""
        application.sessions.end(str(cookie.get(SESSION, "")))
        return _signed_out("You are signed out.")

    @routes.post("/sign-out-everywhere")
    def end_all() -> AnyResponse:
        """End every session of whoever asks."""
        email = person().email
        application.sessions.end_all(email)
        application.audit.add(email, "signed_out_everywhere")
        return _signed_out("You are signed out everywhere.")

    return routes


def _checked(token: str) -> str:
    if not token:
        raise NotAuthenticatedError("a token is needed")
    if len(token) > MAX_TOKEN:
        raise NotAuthenticatedError("this is too long for a token")
    return token


def _address() -> str:
    """Who tries: the address that we see, and what a proxy says of the one behind it."""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return f"{request.remote_addr} {forwarded[:64]}".strip()


def _remember(application: Application, identifier: str) -> None:
    """Begin a new cookie: nothing that was in the one before may go over."""
    application.sessions.end(str(cookie.get(SESSION, "")))
    cookie.clear()
    cookie[SESSION] = identifier


def _signed_out(said: str) -> AnyResponse:
    cookie.clear()
    flash(said, "done")
    return redirect("/sign-in", 303)


def _form(wanted: str, error: str = "", status: int = 200) -> Response:
    page = render_template("sign_in.html", next=wanted, error=sentence(error))
    return make_response(page, status)
