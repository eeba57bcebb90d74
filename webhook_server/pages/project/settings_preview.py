"""What the settings in a form would have kept of recent traffic."""

from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from plugin.bootstrap import Application
from plugin.domain.errors import FieldError, InvalidInputError
from webhook_server.pages.project.filled_form import Form, Problem
from webhook_server.pages.project.settings_fields import Section
from webhook_server.pages.project.settings_forms import posted
from webhook_server.pages.project.settings_posts import proposed


@dataclass(frozen=True, slots=True)
class RuleRow:
    """How much a rule kept, and would have kept; None where it is not there."""

    name: str
    now: int | None
    proposed: int | None


@dataclass(frozen=True, slots=True)
class PreviewView:
    """A preview; where the form has `problems` there is nothing else in it."""

    problems: tuple[Problem, ...] = ()
    events: int = 0
    now: int = 0
    proposed: int = 0
    rules: tuple[RuleRow, ...] = ()
    since: datetime | None = None
    is_estimate: bool = False


def preview(application: Application, project: str, sent: MultiDict[str, str]) -> PreviewView:
    """What a form would have kept, or what is wrong with it.

    Raises:
        NotFoundError: there is no such project.
    """
    current = application.history.newest(project)
    section: Section = "conditions" if sent.get("section") == "conditions" else "limits"
    values = posted(section, sent)
    try:
        settings = proposed(section, current.settings, values)
    except InvalidInputError as error:
        return PreviewView(_problems(section, error.errors))
    found = application.previewer.compare(project, settings)
    names = dict.fromkeys([*found.rules_now, *found.rules_proposed])
    return PreviewView(
        events=found.events,
        now=found.kept_now,
        proposed=found.kept_proposed,
        rules=tuple(
            RuleRow(name, found.rules_now.get(name), found.rules_proposed.get(name))
            for name in names
        ),
        since=found.since,
        is_estimate=found.is_estimate,
    )


def _problems(section: Section, errors: tuple[FieldError, ...]) -> tuple[Problem, ...]:
    return Form(section=section, base=0, values={}, errors=errors).problems
