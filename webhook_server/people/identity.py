"""Who asks for a page, and what is theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from plugin.bootstrap import Application
from plugin.domain.errors import ForbiddenError, NotAuthenticatedError
from webhook_server.people import cookies

OPEN = frozenset({"edge", "health", "metrics", "docs", "sign_in"})
"""Blueprints that ask for no session: machines bring keys of their own, and who is to sign in
cannot have one yet."""

SESSION = "id"
"""Where the cookie has the session's id."""

SIGNED_OUT = "you are signed out, and nothing was changed; sign in, and send it again"

Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in; managers change things, everybody else reads and reviews."""

    email: str
    is_manager: bool


def person() -> Person:
    """Who asks.

    Raises:
        NotAuthenticatedError: nobody is signed in.
    """
    found = viewer()
    if found is None:
        raise NotAuthenticatedError(SIGNED_OUT)
    return found


def viewer() -> Person | None:
    """Who asks; None for somebody who is not signed in, and while that cannot be known."""
    found: Person | None = g.get("viewer")
    return found


def managers_only(view: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let managers in and nobody else.

    Raises:
        ForbiddenError: for everybody else, when the view is called.
    """

    @wraps(view)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        if not person().is_manager:
            raise ForbiddenError("this is for managers; ask one of them, or sign in as one")
        return view(*args, **kwargs)

    return guarded


def register(app: Flask, parts: Application) -> None:
    """Find out who asks, before every request for a page; who is not signed in is sent there."""

    @app.before_request
    def identify() -> AnyResponse | None:
        if is_open_to_machines():
            return None
        cookies.check_cookie()
        g.viewer = _signed_in(parts)
        if g.viewer is None and request.endpoint and request.blueprint not in OPEN:
            return _to_sign_in()
        return None


def is_open_to_machines() -> bool:
    """Whether this is no page: an API route, health, or a file that everybody may have."""
    return (
        request.endpoint == "static"
        or request.path.startswith("/v1/")
        or request.blueprint in OPEN - {"sign_in"}
    )


def _signed_in(parts: Application) -> Person | None:
    identifier = session.get(SESSION)
    found = parts.sessions.find(identifier) if isinstance(identifier, str) else None
    if found is None:
        return None
    return Person(found.email, parts.config.is_manager(found.email, by_role=found.by_role))


def _to_sign_in() -> AnyResponse:
    if request.method not in ("GET", "HEAD"):
        raise NotAuthenticatedError(SIGNED_OUT)
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("sign_in.page", next=wanted if wanted != "/" else None), 303)
