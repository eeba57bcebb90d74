"""Label Studio calls when something happens in a batch: a hint to look at it soon.

It gives us a second, never tries again, and signs nothing; so nothing is read but the address and
the secret, and nothing rests on a call that came or did not.
"""

from flask import Blueprint, Response, request

from plugin.bootstrap import Application
from plugin.domain.errors import ForbiddenError
from plugin.queues import COLLECT_HINTED
from plugin.services.collection.hooks import EVENTS, SECRET_HEADER
from plugin.stores.measures.trial_calls import TRIALS

SETTLE = 1.0
"""Seconds until the look: Label Studio calls before all that it does is done, and often in bursts.
"""

NOT_OURS = "this is not the secret of a webhook that we registered"


def blueprint(application: Application) -> Blueprint:
    """The route that Label Studio's webhooks call."""
    routes = Blueprint("label_studio_events", __name__)

    @routes.post(EVENTS)
    def events() -> Response:
        """Ask for a look at the batch that the address names."""
        given = request.headers.get(SECRET_HEADER, "")
        if trial := request.args.get("trial", ""):
            return _came(trial, given)
        project, batch = request.args.get("project", ""), request.args.get("batch", "")
        if not application.hook_secrets.is_right(project, batch, given):
            raise ForbiddenError(NOT_OURS)
        application.hints.add(project, batch)
        application.queue.request(project, COLLECT_HINTED, after=SETTLE)
        return Response(status=204)

    def _came(trial: str, given: str) -> Response:
        """Note that the call came which `lsal doctor` waits for."""
        if not application.hook_secrets.is_right(TRIALS, trial, given):
            raise ForbiddenError(NOT_OURS)
        application.trial_calls.note(trial)
        return Response(status=204)

    return routes
