"""The page for managers.

Signing in with Label Studio is to come. Until then a password guards it (HTTP Basic, any user
name) where one is set; where none is, it is shown to this machine alone.
"""

import hmac
from datetime import UTC, datetime
from ipaddress import ip_address

from flask import Blueprint, Response, render_template, request

from plugin.bootstrap import Application
from plugin.clock import utc_now
from webhook_server import views
from webhook_server.problems import problem


def blueprint(application: Application) -> Blueprint:
    """The routes that people's browsers use."""
    routes = Blueprint("dashboard", __name__)
    routes.add_app_template_filter(number)
    routes.add_app_template_filter(percent_of)
    routes.add_app_template_filter(in_utc)

    @routes.before_request
    def guard() -> Response | None:
        password = application.config.dashboard_password.get_secret_value()
        return _ask_password(password) if password else _refuse_strangers()

    @routes.get("/")
    def index() -> str:
        """Show every project: its funnel and its batches."""
        return render_template(
            "projects.html",
            projects=views.projects(application),
            label_studio=application.config.browser_url,
            now=utc_now(),
        )

    return routes


def number(value: int) -> str:
    """A number as the page writes it: `1,234,567`."""
    return f"{value:,}"


def percent_of(count: int, whole: int) -> str:
    """A share of a whole: `62%`, `0.4%`, `<0.1%`; rounded down, so that 100% means all of it."""
    per_mille = 1000 * count // whole if whole else 0
    if per_mille == 0:
        return "<0.1%" if count else "0%"
    return f"{per_mille // 10}%" if per_mille >= 100 else f"{per_mille / 10:g}%"


def in_utc(moment: datetime) -> str:
    """A time as the page writes it: `23 Nov 2026, 14:05 UTC`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _ask_password(password: str) -> Response | None:
    given = request.authorization
    said = given.password if given and given.type == "basic" else None
    if said is not None and hmac.compare_digest(said.encode(), password.encode()):
        return None
    answer = problem(401, "Not authenticated", "expected the dashboard's password")
    answer.headers["WWW-Authenticate"] = 'Basic realm="Active learning", charset="UTF-8"'
    return answer


def _refuse_strangers() -> Response | None:
    # A proxy on this machine would make everybody look local, so its traces count as strange.
    forwarded = {"Forwarded", "X-Forwarded-For", "X-Real-Ip"} & set(request.headers.keys())
    if not forwarded and _is_loopback(request.remote_addr) and _is_loopback(_host()):
        return None
    detail = "set LSAL_DASHBOARD_PASSWORD to open the dashboard from elsewhere"
    return problem(403, "Forbidden", detail)


def _host() -> str:
    return request.host.rpartition(":")[0].strip("[]") if ":" in request.host else request.host


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
