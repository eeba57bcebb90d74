"""Nobody becomes somebody else by how an address is written."""

from datetime import timedelta

import pytest
from redis import Redis

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.domain.people import folded
from plugin.stores.access.sessions import Sessions
from plugin.stores.notices.contacts import folder_of

LONG_S = "\u017fam@example.com"
KELVIN = "\u212aim@example.com"
SHARP_S = "stra\u00dfe@example.com"


@pytest.mark.parametrize(
    ("email", "manager", "manages"),
    [
        ("sam@example.com", "Sam@Example.com", True),
        ("SAM@EXAMPLE.COM", "sam@example.com", True),
        (LONG_S, "sam@example.com", False),
        (KELVIN, "kim@example.com", False),
        (SHARP_S, "strasse@example.com", False),
        ("sam@example.com ", "sam@example.com", False),
        ("sam@example.com.evil.example", "sam@example.com", False),
        ("", "sam@example.com", False),
    ],
)
def test_a_manager_is_who_has_the_very_address(
    application: Application, email: str, manager: str, manages: bool
) -> None:
    config = application.config.model_copy(update={"managers": (manager,)})
    assert config.is_manager(email, by_role=True) is manages


def test_a_role_does_not_help_who_is_not_named(application: Application) -> None:
    config = application.config.model_copy(update={"managers": ("maya@example.com",)})
    assert not config.is_manager("ann@example.com", by_role=True)


def test_who_looks_like_somebody_does_not_end_their_sessions(
    redis: Redis, application: Application
) -> None:
    sessions = Sessions(redis, application.store, timedelta(hours=8), utc_now)
    identifier = sessions.begin("sam@example.com", by_role=False)
    assert sessions.end_all(LONG_S) == 0
    assert sessions.find(identifier)
    assert sessions.end_all("SAM@example.com") == 1


def test_nor_get_their_messages() -> None:
    assert folder_of(KELVIN) != folder_of("kim@example.com")
    assert folder_of("Kim@Example.com") == folder_of("kim@example.com")
    assert folded(LONG_S) == LONG_S
