"""What stands around every page: who is signed in, the version, whether Label Studio answers."""

from importlib.metadata import version
from typing import Any

from flask import Flask, g, request
from redis.exceptions import RedisError

from plugin.bootstrap import Application
from plugin.stores.measures.answering import Answering
from webhook_server.people.identity import viewer

NAVIGATION = (("/", "Projects"), ("/queue", "Review queue"), ("/mine", "My reviews"))
"""Paths and names of what everybody may see."""

FOR_MANAGERS = (("/system", "System"),)


def register(app: Flask, parts: Application) -> None:
    """Give it to all templates. No call to Label Studio is made."""
    release = version("label-studio-active-learning")

    @app.context_processor
    def around() -> dict[str, Any]:
        return {
            "viewer": viewer(),
            "label_studio": parts.config.browser_url,
            "navigation": _navigation(),
            "release": release,
            "answering": _answering(parts) if viewer() else Answering(),
        }


def _navigation() -> list[tuple[str, str, bool]]:
    """Path, name, and whether it is where we are."""
    seen = viewer()
    if seen is None:
        return []
    shown = (*NAVIGATION, *(FOR_MANAGERS if seen.is_manager else ()))
    here = "/" if request.path.startswith("/projects/") else request.path
    return [(path, name, path == here) for path, name in shown]


def _answering(parts: Application) -> Answering:
    # Asked once a page, and never a reason for a page to fail: an error's page asks too.
    if "answering" not in g:
        try:
            g.answering = parts.label_studio_answering.read()
        except RedisError:
            g.answering = Answering()
    found: Answering = g.answering
    return found
