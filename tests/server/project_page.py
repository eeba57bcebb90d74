"""The page of `parts` and its forms, as a manager's browser and her colleague have them."""

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.settings import ProjectSettings
from plugin.stores.settings_history import SettingsVersion
from tests.server.html_forms import form_of

PAGE = "/projects/parts"
BEN = "ben@example.com"


def form(client: FlaskClient, ending: str) -> MultiDict[str, str]:
    """What a form of the page would send."""
    return form_of(client.get(PAGE).text, ending).fields


def post(client: FlaskClient, ending: str, **typed: str) -> TestResponse:
    """Open the page, type into one of its forms, and send it."""
    fields = form(client, f"/{ending}")
    for name, text in typed.items():
        fields[name.replace("__", ".")] = text
    return client.post(f"{PAGE}/{ending}", data=fields)


def newest(application: Application) -> SettingsVersion:
    """The settings in force."""
    return application.history.newest("parts")


def change(application: Application, **changes: object) -> None:
    """Let Ben change the settings in force."""
    given = newest(application).settings.model_dump() | changes
    application.history.add(ProjectSettings.model_validate(given), BEN, utc_now())
