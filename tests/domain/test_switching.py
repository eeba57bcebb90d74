"""Switching on: only what a deployment has posted to, whichever way it is asked for."""

from pathlib import Path

import pytest

from plugin.domain.errors import ConflictError, InvalidInputError, NotFoundError
from plugin.domain.settings import ProjectSettings
from plugin.services.rules.switching import Switching
from plugin.stores.access.deployments import Deployments
from plugin.stores.backends.folder import FolderStore
from plugin.stores.settings_history import SettingsHistory
from tests.samples import NOW, settings


@pytest.fixture
def switching(tmp_path: Path) -> Switching:
    store = FolderStore(tmp_path)
    return Switching(SettingsHistory(store), Deployments(store))


def be_seen(switching: Switching, project: str = "parts", name: str = "line-3") -> None:
    deployment, _ = switching.deployments.register(project, name, NOW)
    switching.deployments.mark_seen(deployment, NOW)


def apply(switching: Switching, given: ProjectSettings, base: int | None = None) -> bool:
    """Whether the project is on once the settings are in force."""
    return switching.apply(given, "ann", NOW, base).settings.enabled


def test_settings_that_do_not_say_leave_it_as_it_is(switching: Switching) -> None:
    assert not apply(switching, settings())
    be_seen(switching)
    assert not apply(switching, settings(seed=1))
    switching.enable("parts", "ann", NOW)
    assert apply(switching, settings(seed=2))


def test_settings_that_say_on_are_refused_until_a_deployment_was_seen(
    switching: Switching,
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        apply(switching, settings(enabled=True))
    assert [(each.field, each.value) for each in refused.value.errors] == [("enabled", True)]
    assert switching.history.projects() == []
    be_seen(switching)
    assert apply(switching, settings(enabled=True))
    assert not apply(switching, settings(enabled=False))


def test_the_refusal_says_what_is_missing(switching: Switching) -> None:
    apply(switching, settings())
    with pytest.raises(InvalidInputError, match="register one with `lsal deployment create parts"):
        switching.enable("parts", "ann", NOW)
    for name in ("a", "b", "c", "d", "e"):
        switching.deployments.register("parts", name, NOW)
    with pytest.raises(InvalidInputError, match=r"nothing has come from [a-e, ]+ and 2 more yet"):
        switching.enable("parts", "ann", NOW)


def test_a_deployment_of_another_project_does_not_count(switching: Switching) -> None:
    apply(switching, settings())
    be_seen(switching, "doors")
    with pytest.raises(InvalidInputError):
        switching.enable("parts", "ann", NOW)


def test_a_project_that_was_on_before_this_rule_stays_on(switching: Switching) -> None:
    switching.history.add(settings(), "an older release", NOW)
    assert apply(switching, settings(seed=1))
    assert apply(switching, settings(seed=2, enabled=True))
    assert switching.enable("parts", "ann", NOW).version == 3
    switching.disable("parts", "ann", NOW)
    with pytest.raises(InvalidInputError):
        switching.enable("parts", "ann", NOW)
    with pytest.raises(InvalidInputError):
        switching.roll_back("parts", 1, "ann", NOW)
    be_seen(switching)
    assert switching.roll_back("parts", 1, "ann", NOW).settings.enabled


def test_what_is_missing_is_said_until_nothing_is(switching: Switching) -> None:
    apply(switching, settings())
    assert switching.missing("parts").startswith("register one with")
    be_seen(switching)
    assert switching.missing("parts") == ""


def test_rolling_back_what_somebody_else_has_changed_is_refused(switching: Switching) -> None:
    for seed in range(3):
        apply(switching, settings(seed=seed))
    with pytest.raises(ConflictError, match="at version 3 by now, not 2"):
        switching.roll_back("parts", 1, "ann", NOW, base=2)
    assert switching.roll_back("parts", 1, "ann", NOW, base=3).version == 4


def test_who_changes_settings_at_the_same_moment_is_told(switching: Switching) -> None:
    apply(switching, settings(), base=0)
    with pytest.raises(ConflictError, match="at version 1 by now, not 0"):
        apply(switching, settings(seed=1), base=0)


def test_a_project_that_is_not_there_cannot_be_switched(switching: Switching) -> None:
    for switch in (switching.enable, switching.disable):
        with pytest.raises(NotFoundError):
            switch("parts", "ann", NOW)
