"""What managers post from a project's page: saved once, refused with what was typed, never lost."""

import pytest
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from plugin.clock import utc_now
from tests.samples import settings
from tests.server.html_forms import form_of
from tests.server.project_page import BEN, PAGE, change, form, newest, post
from tests.signing_in import MAYA, csrf_token, sign_in_client


def test_limits_are_saved_as_a_new_version(
    signed_in_client: FlaskClient, application: Application
) -> None:
    change(application, seed=7, instructions="Look twice.")
    answer = post(signed_in_client, "limits", sampling_rate="0.5%", limits__per_hour="20")
    assert (answer.status_code, answer.location) == (303, PAGE)
    found = newest(application)
    assert (found.version, found.by) == (3, MAYA)
    assert found.settings.sampling_rate == 0.005
    assert found.settings.limits.per_hour == 20
    kept = settings(seed=7, instructions="Look twice.")
    assert found.settings.model_copy(
        update={"sampling_rate": kept.sampling_rate, "limits": kept.limits}
    ) == kept  # fmt: skip
    assert "These settings are in force" in signed_in_client.get(PAGE).text


def test_every_change_is_in_the_audit_log(
    signed_in_client: FlaskClient, application: Application
) -> None:
    post(signed_in_client, "limits", sampling_rate="50%")
    [entry] = application.audit.newest(10, "parts")
    assert (entry.by, entry.action, entry.subject) == (MAYA, "settings.changed", "version 2")
    assert entry.detail == "sampling_rate: 100% → 50%"


def test_a_form_that_is_sent_again_changes_nothing(
    signed_in_client: FlaskClient, application: Application
) -> None:
    fields = form(signed_in_client, "/limits")
    fields["sampling_rate"] = "50%"
    for _ in range(2):
        assert signed_in_client.post(f"{PAGE}/limits", data=fields).status_code == 303
    assert newest(application).version == 2
    assert len(application.audit.newest(10, "parts")) == 1


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    signed_in_client: FlaskClient, application: Application
) -> None:
    answer = post(signed_in_client, "limits", sampling_rate="50", batch__timezone="<b>Mars")
    assert answer.status_code == 422
    again = form_of(answer.text, "/limits").fields
    assert (again["sampling_rate"], again["batch.timezone"]) == ("50", "<b>Mars")
    assert "did you mean 50%?" in answer.text
    assert "<b>Mars" not in answer.text
    assert newest(application).version == 1


def test_of_two_managers_the_second_is_told_what_the_first_changed(
    signed_in_client: FlaskClient, application: Application
) -> None:
    fields = form(signed_in_client, "/limits")
    change(application, sampling_rate=0.25)
    fields["limits.per_day"] = "77"
    answer = signed_in_client.post(f"{PAGE}/limits", data=fields)
    assert answer.status_code == 409
    assert "sampling_rate: 100% → 25%" in answer.text
    assert BEN in answer.text
    assert newest(application).settings.sampling_rate == 0.25
    again = form_of(answer.text, "/limits").fields
    assert again["limits.per_day"] == "77"
    assert again["base"] == "2"
    assert signed_in_client.post(f"{PAGE}/limits", data=again).status_code == 303
    assert newest(application).settings.limits.per_day == 77
    assert newest(application).settings.sampling_rate == 0.25


def test_rules_that_were_left_alone_follow_the_other_manager(
    signed_in_client: FlaskClient, application: Application
) -> None:
    fields = form(signed_in_client, "/conditions")
    change(application, rules=[{"name": "random"}, {"name": "second"}])
    fields["conditions"] = "all"
    again = form_of(signed_in_client.post(f"{PAGE}/conditions", data=fields).text, "/conditions")
    assert again.fields["conditions"] == "all"
    assert again.fields["rules.1.name"] == "second"
    assert "rules.0.when.classes" not in again.fields


@pytest.mark.parametrize("base", ["", "0", "99", "-1", "one", "٣"])
def test_a_form_of_no_version_of_ours_changes_nothing(
    signed_in_client: FlaskClient, application: Application, base: str
) -> None:
    answer = post(signed_in_client, "limits", base=base, sampling_rate="1%")
    assert answer.status_code == 409
    assert newest(application).version == 1


def test_rules_are_added_and_taken_away(
    signed_in_client: FlaskClient, application: Application
) -> None:
    fields = form(signed_in_client, "/conditions")
    fields["rules.new-1.name"] = "crowded"
    fields["rules.new-1.when.count.more_than"] = "30"
    signed_in_client.post(f"{PAGE}/conditions", data=fields)
    assert [rule.name for rule in newest(application).settings.rules] == ["unsure", "crowded"]
    fields = form(signed_in_client, "/conditions")
    for name in [name for name in fields if name.startswith("rules.")]:
        del fields[name]
    signed_in_client.post(f"{PAGE}/conditions", data=fields)
    assert newest(application).settings.rules == ()


def test_a_project_is_switched_on_once_a_deployment_was_seen(
    signed_in_client: FlaskClient, application: Application
) -> None:
    application.history.switch("parts", BEN, utc_now(), enabled=False)
    assert post(signed_in_client, "switch").status_code == 303
    assert "register one with" in signed_in_client.get(PAGE).text
    assert not newest(application).settings.enabled
    deployment, _ = application.deployments.register("parts", "line-1", utc_now())
    application.deployments.mark_seen(deployment, utc_now())
    post(signed_in_client, "switch")
    assert newest(application).settings.enabled
    assert "Active learning is on." in signed_in_client.get(PAGE).text
    post(signed_in_client, "switch")
    assert not newest(application).settings.enabled
    assert len(application.audit.newest(10, "parts")) == 2


def test_an_earlier_version_is_put_in_force_again(
    signed_in_client: FlaskClient, application: Application
) -> None:
    change(application, sampling_rate=0.25)
    fields = form(signed_in_client, "/roll-back")
    assert fields["version"] == "1"
    change(application, seed=3)
    signed_in_client.post(f"{PAGE}/roll-back", data=fields)
    assert "somebody changed the settings meanwhile" in signed_in_client.get(PAGE).text
    assert newest(application).version == 3
    fields["base"] = "3"
    assert signed_in_client.post(f"{PAGE}/roll-back", data=fields).status_code == 303
    assert newest(application).settings == settings()
    assert application.audit.newest(1, "parts")[0].detail.startswith("as in version 1; ")


def test_a_version_that_never_was_is_not_found(signed_in_client: FlaskClient) -> None:
    token = csrf_token(signed_in_client)
    fields = {"csrf_token": token, "version": "9", "base": "1"}
    assert signed_in_client.post(f"{PAGE}/roll-back", data=fields).status_code == 404


@pytest.mark.parametrize("path", ["limits", "conditions", "team", "preview", "switch", "roll-back"])
def test_reviewers_and_forgeries_change_nothing(
    signed_in_client: FlaskClient, application: Application, path: str
) -> None:
    fields = form(signed_in_client, "/limits")
    fields["sampling_rate"] = "1%"
    del fields["csrf_token"]
    assert signed_in_client.post(f"{PAGE}/{path}", data=fields).status_code == 403
    sign_in_client(signed_in_client, application, BEN, manager=False)
    fields["csrf_token"] = csrf_token(signed_in_client)
    assert signed_in_client.post(f"{PAGE}/{path}", data=fields).status_code == 403
    assert newest(application).version == 1


def test_reviewers_read_the_page(signed_in_client: FlaskClient, application: Application) -> None:
    sign_in_client(signed_in_client, application, BEN, manager=False)
    text = signed_in_client.get(PAGE).text
    assert "Collection limits" in text
    assert "data-opens" not in text
    assert "/projects/parts/limits" not in text


@pytest.mark.parametrize("path", ["", "/history"])
@pytest.mark.parametrize("name", ["nobody", "PARTS", "a%2Fb", "..", "%00"])
def test_a_project_that_is_not_there_is_not_found(
    signed_in_client: FlaskClient, path: str, name: str
) -> None:
    answer = signed_in_client.get(f"/projects/{name}{path}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
