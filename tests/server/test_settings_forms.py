"""Settings as forms: sent back as shown they stay the same; every setting has its field."""

from typing import Any, get_args

import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

from plugin.bootstrap import Application
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.settings import ProjectSettings
from plugin.settings_file import check_settings
from tests.domain.generated import made_up
from tests.samples import NOW, settings
from tests.server.html_forms import form_of
from webhook_server.pages.project.filled_form import Form, spoken
from webhook_server.pages.project.settings_fields import LISTS, SECTIONS, Section
from webhook_server.pages.project.settings_forms import merged, posted, written

WITHOUT_FIELD = {
    "project", "task_type", "classes", "keypoints", "enabled", "instructions", "seed",
    "training_set.choose", "training_set.splits.train", "training_set.splits.val",
    "training_set.splits.test", "training_set.scene", "training_set.alike_together",
    "training_set.distance",
}  # fmt: skip
"""Settings that no form has, and that every form must leave alone."""

SEEDS = range(200)


def sent_back(section: Section, given: ProjectSettings) -> ProjectSettings:
    """What becomes of settings whose form is posted as it stands."""
    shown = written(section, given)
    form = MultiDict([(name, text) for name, texts in shown.items() for text in texts])
    return check_settings(merged(section, given, posted(section, form)))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_form_sent_back_changes_nothing(section: Section) -> None:
    for seed in SEEDS:
        assert sent_back(section, made_up(seed)) == made_up(seed), seed


@pytest.mark.parametrize("seed", range(12))
def test_a_page_sent_back_changes_nothing(
    signed_in_client: FlaskClient, application: Application, seed: int
) -> None:
    given = made_up(seed).model_copy(update={"project": "made-up"})
    before = application.history.add(given, "ann", NOW)
    for section in SECTIONS:
        form = form_of(signed_in_client.get("/projects/made-up").text, f"/{section}")
        answer = signed_in_client.post(form.action, data=form.fields)
        assert answer.status_code == 303
        assert application.history.newest("made-up") == before


def test_every_setting_has_a_field() -> None:
    shown = {name for fields in SECTIONS.values() for name in fields.fields}
    shown |= {f"{name}.{leaf}" for name, fields in LISTS.items() for leaf in fields}
    assert set(leaves(ProjectSettings)) - shown == WITHOUT_FIELD
    assert shown - set(leaves(ProjectSettings)) == {"rules.when.no_class"}


def leaves(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Paths of all settings."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        below = below_of(field.annotation)
        found += leaves(below, f"{prefix}{name}.") if below else [f"{prefix}{name}"]
    return found


def below_of(annotation: Any) -> type[BaseModel] | None:
    """The model in `Model | None` or `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(below_of, get_args(annotation))), None)


def test_rules_come_in_the_order_in_which_they_stand() -> None:
    form = MultiDict([
        ("rules.new-1.name", "first"), ("rules.7.name", "second"),
        ("rules.new-1.priority", "3"), ("rules.0.name", "third"),
    ])  # fmt: skip
    tree = merged("conditions", settings(), posted("conditions", form))
    assert [rule["name"] for rule in tree["rules"]] == ["first", "second", "third"]
    assert tree["rules"][0]["priority"] == 3


def test_who_is_not_ticked_is_not_in_the_team() -> None:
    form = MultiDict([
        ("review.team.0.weight", "5"),
        ("review.team.1.reviewer", "ann@example.com"), ("review.team.1.weight", ""),
    ])  # fmt: skip
    tree = merged("team", settings(), posted("team", form))
    assert tree["review"]["team"] == [{"reviewer": "ann@example.com"}]


@pytest.mark.parametrize(
    ("typed", "place", "expected"),
    [
        ({"sampling_rate": "50"}, "sampling_rate", "did you mean 50%?"),
        ({"limits.per_day": "ten"}, "limits.per_day", "a whole number"),
        ({"image.jpeg_quality": "101"}, "image.jpeg_quality", "at most 100"),
        ({"batch.timezone": "Europe/Belin"}, "batch.timezone", "Europe/Berlin"),
        ({"batch.recreate": "hourly"}, "batch.recreate", "one of daily"),
        ({"near_duplicates.within": "soon"}, "near_duplicates.within", "a time like"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_with_limits_is_said_at_its_field(
    typed: dict[str, str], place: str, expected: str
) -> None:
    assert expected in refused("limits", typed).wrong(place)


@pytest.mark.parametrize(
    ("typed", "place", "expected"),
    [
        ({"name": "No Name"}, "rules.0.name", "only a-z"),
        ({"name": ""}, "rules.0.name", "required"),
        ({"when.confidence.below": "6"}, "rules.0.when.confidence.below", "did you mean 6%?"),
        ({"when.confidence.below": "10%", "when.confidence.above": "20%"},
         "rules.0.when.confidence", "some confidence"),
        ({"when.near.threshold": "50%"}, "rules.0.when.near.margin", "required"),
        ({"when.classes": "bent"}, "rules.0.when.classes", "did you mean `dent`?"),
        ({"when.top_only": "false"}, "rules.0.when", "at least one of confidence"),
        ({"when.uncertainty.measure": "margin"}, "rules.0.when.uncertainty.above", "required"),
        ({"when.count.at_least": "9", "when.count.at_most": "2"}, "rules.0.when.count", "bounds"),
        ({"tags": f"fine, {'x' * 60}"}, "rules.0.tags", "at most 50 characters"),
        ({"limits.per_hour": "-1"}, "rules.0.limits.per_hour", "at least 0"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_is_wrong_with_a_rule_is_said_at_its_field(
    typed: dict[str, str], place: str, expected: str
) -> None:
    fields = {f"rules.0.{name}": value for name, value in ({"name": "odd"} | typed).items()}
    form = refused("conditions", fields)
    assert expected in form.wrong(place)
    assert form.wrong_in("rules.0")
    assert form.problems[0].label.startswith("Rule 1")


def refused(section: Section, typed: dict[str, str]) -> Form:
    """The form of settings that cannot be used."""
    values = posted(section, MultiDict(typed))
    with pytest.raises(InvalidInputError) as error:
        check_settings(merged(section, settings(), values))
    return Form(section=section, base=1, values=values, errors=error.value.errors)


def test_what_no_field_of_the_form_is_about_is_said_above_it() -> None:
    error = FieldError("classes[3]", "", "some text")
    form = Form(section="limits", base=1, values={}, errors=(error,))
    assert [(each.place, each.label) for each in form.problems] == [("", "Classes")]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("rules.1.when.confidence.below", "Rule 2: confidence below"),
        ("rules.0", "Rule 1"),
        ("rules.0.when.classes.4", "Rule 1: classes"),
        ("review.team.0.weight", "Person 1: weight"),
        ("limits.per_day", "Limits per day"),
    ],
)
def test_paths_are_said_as_people_say_them(path: str, words: str) -> None:
    assert spoken(path) == words
