"""What clients at the edge ask for: a project's rules; and what they report: counts."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from flask import Blueprint, Response, request
from redis.exceptions import RedisError

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.formats.native import Timestamp, decode_as
from plugin.stores.access.deployments import Deployment
from webhook_server.intake.requests import authenticate

MAX_AGE = timedelta(days=30)
"""How old counts may be; older ones are shown nowhere."""

CLOCKS_DIFFER = timedelta(hours=1)
"""How far ahead of ours a client's clock may be."""

Short = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events of one hour that a client turned away, or lost ("dropped")."""

    hour: Timestamp
    outcome: Literal["disabled", "not_sampled", "no_rule_matched", "dropped"]
    number: Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client reports; the same `report_id` again changes nothing."""

    report_id: Short
    counts: Annotated[tuple[Count, ...], msgspec.Meta(max_length=1000)]
    model_version: str = ""


class Taken(msgspec.Struct, frozen=True):
    """Whether a report was new."""

    taken: bool


class Rules(msgspec.Struct, frozen=True):
    """A project's settings in force, for deciding at the edge as the server does."""

    version: int
    settings: dict[str, object]


def blueprint(application: Application) -> Blueprint:
    """The routes that clients use besides posting events."""
    routes = Blueprint("edge", __name__)

    @routes.get("/v1/projects/<project>/rules")
    def rules(project: str) -> Response:
        """Give the rules, unless the client has them."""
        deployment = _deployment(application, project)
        application.activity.saw(deployment, "", 0, utc_now())
        version = application.history.current(project)
        # Who reviews is no matter of a deployment's.
        settings = version.settings.model_dump(mode="json", exclude={"review"})
        answer = Response(
            msgspec.json.encode(Rules(version.version, settings)), content_type="application/json"
        )
        answer.set_etag(f"{project}-{version.version}")
        answer.headers["Cache-Control"] = "no-cache"
        answer.make_conditional(request.environ)
        return answer

    @routes.post("/v1/projects/<project>/counts")
    def counts(project: str) -> Response:
        """Take counts, once."""
        deployment, now, body = _deployment(application, project), utc_now(), request.get_data()
        application.signatures.check(deployment, request.headers, body, now)
        application.activity.saw(deployment, "", 0, now)
        report = decode_as(Report, body)
        _check_hours(report, now)
        try:
            taken = application.reports.take(deployment, report.report_id)
        except RedisError:
            application.signatures.forget(deployment, request.headers)
            raise
        for each in report.counts if taken else ():
            application.funnel.count_all(project, {f"edge:{each.outcome}": each.number}, each.hour)
        return Response(msgspec.json.encode(Taken(taken)), 202, content_type="application/json")

    return routes


def _deployment(application: Application, project: str) -> Deployment:
    header = request.headers.get("Authorization", "")
    return authenticate(header, application.deployments, project)


def _check_hours(report: Report, now: datetime) -> None:
    earliest, latest = now - MAX_AGE, now + CLOCKS_DIFFER
    wrong = [
        FieldError(f"counts[{place}].hour", each.hour.isoformat(), "an hour of the last 30 days")
        for place, each in enumerate(report.counts)
        if not earliest <= each.hour <= latest
    ]
    if wrong:
        raise InvalidInputError(*wrong)
