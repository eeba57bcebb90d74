"""Downloading a version of a training set, made while it is sent."""

from collections.abc import Iterator

from flask import Blueprint, Response, request

from plugin.bootstrap import Application
from webhook_server.people.identity import managers_only


def blueprint(application: Application) -> Blueprint:
    """The route of the archives."""
    routes = Blueprint("training_set", __name__)

    @routes.get("/projects/<project>/training-set/<int:number>.zip")
    @managers_only
    def download(project: str, number: int) -> Response:
        """Send a version in one or more formats."""
        application.history.current(project)  # or there is no such project
        formats = request.args.getlist("format")
        delivery = application.handing_over.prepare(project, number, formats)
        pieces = delivery.archive()
        # Made before we say that all is well: a Store that is away is an error, no broken file.
        first = next(pieces)
        name = f"{project}-v{number}-{'-'.join(each.name for each in delivery.formats)}.zip"
        answer = Response(_resumed(first, pieces), mimetype="application/zip")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        answer.cache_control.no_store = True
        return answer

    return routes


def _resumed(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
