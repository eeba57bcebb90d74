"""The webhook: deployments post their events here."""

import msgspec
from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.deciding import Outcome
from plugin.domain.errors import FieldError, InvalidInputError, NotAuthenticatedError
from plugin.formats.native import decode_event, decode_metadata, decode_timestamp
from plugin.services.receiving import Event
from plugin.stores.deployments import Deployment
from webhook_server.problems import problem

_FIELDS = {"prediction", "event_id", "timestamp", "model_version", "metadata", "format"}


def blueprint(application: Application) -> Blueprint:
    """The routes that deployments use."""
    routes = Blueprint("ingest", __name__)

    @routes.post("/v1/projects/<project>/events")
    def post_event(project: str) -> Response:
        """Take one event: JSON, or multipart with the image as a file."""
        deployment = _authenticated(application, project)
        if request.mimetype == "application/json":
            event = _from_json(request.get_data())
        elif request.mimetype == "multipart/form-data":
            event = _from_form()
        else:
            expected = "application/json or multipart/form-data"
            return problem(415, "Unsupported media type", f"Content-Type: expected {expected}")
        answer = application.receiver.receive(deployment, event, utc_now())
        status = 202 if answer.outcome is Outcome.KEPT else 200
        return Response(msgspec.json.encode(answer), status, content_type="application/json")

    return routes


def _authenticated(application: Application, project: str) -> Deployment:
    """The deployment that posts; its key is looked at before the body is read."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise NotAuthenticatedError("expected the header Authorization: Bearer <deployment key>")
    deployment = application.deployments.authenticate(key.strip())
    if deployment.project != project:
        # The same words as for a wrong key: whether the project exists is nobody's business.
        raise NotAuthenticatedError("this key opens nothing")
    return deployment


def _from_json(body: bytes) -> Event:
    posted = decode_event(body)
    return Event(
        event_id=posted.event_id,
        timestamp=posted.timestamp,
        model_version=posted.model_version,
        metadata=posted.metadata,
        prediction=bytes(posted.prediction),
        image=posted.image.base64 if posted.image else None,
        format=posted.format,
    )


def _from_form() -> Event:
    form, files = request.form, request.files
    unknown = (form.keys() | files.keys()) - _FIELDS - {"image"}
    if unknown:
        expected = "one of " + ", ".join(sorted(_FIELDS | {"image"}))
        raise InvalidInputError(*(FieldError(name, None, expected) for name in sorted(unknown)))
    prediction = _bytes(files.get("prediction")) or form.get("prediction", "").encode()
    if not prediction:
        raise InvalidInputError(FieldError("prediction", None, "the prediction as JSON"))
    metadata, timestamp = form.get("metadata"), form.get("timestamp")
    return Event(
        event_id=form.get("event_id", ""),
        timestamp=decode_timestamp(timestamp) if timestamp else None,
        model_version=form.get("model_version", ""),
        metadata=decode_metadata(metadata) if metadata else {},
        prediction=prediction,
        image=_bytes(files.get("image")),
        format=form.get("format", ""),
    )


def _bytes(file: FileStorage | None) -> bytes | None:
    return file.stream.read() if file else None
