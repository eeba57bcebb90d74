"""Who we are in Label Studio, who else is there, and which server it is."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from plugin.domain.errors import LabelStudioError
from plugin.domain.team import Member
from plugin.labelstudio.api.connection import Connection, read_json, translated
from plugin.labelstudio.values import MANAGING

_NOT_IN = frozenset({"DI", "NO"})
"""Roles of who is not let in: deactivated, not activated."""


class Users(Connection):
    """Every method raises LabelStudioError when the server refuses, fails or does not answer."""

    def email(self) -> str:
        """The e-mail address of the user whose token this is."""
        with translated():
            return str(self._client.users.whoami().email)

    def permissions(self) -> set[str] | None:
        """What the user whose token this is may do; None where the server does not tell."""
        with translated():
            said = self._request("GET", "api/current-user/whoami").get("permissions")
        return None if said is None else set(said)

    def emails(self) -> dict[int, str]:
        """E-mail addresses of all users, by user id."""
        with translated():
            return {user.id: user.email for user in self._client.users.list()}

    def members(self) -> dict[int, Member]:
        """Everybody Label Studio knows, by user id; who has left it is not active."""
        with translated():
            return {int(user.id): _member(user) for user in self._client.users.list()}

    def invitation(self) -> str:
        """The path of the page on which new users sign up."""
        with translated():
            return str(self._client.organizations.invites.get_invite_link().invite_url)

    def version(self) -> str:
        """The server's edition and version, like `Community 1.23.2`."""
        said = self._version()
        return f"{said.get('edition', 'Community')} {said.get('release', 'unknown')}"

    def is_enterprise(self) -> bool:
        """Whether the server is of the edition that knows assignments."""
        return str(self._version().get("edition", "Community")).lower() == "enterprise"

    def time(self) -> datetime | None:
        """The time on the server's clock, in whole seconds; None where it does not tell."""
        with translated():
            said = self._respond_to_strangers("api/version").headers.get("date", "")
        try:
            return parsedate_to_datetime(said)
        except ValueError:
            return None

    def _version(self) -> dict[str, Any]:
        with translated():
            said = read_json(self._respond_to_strangers("api/version"))
        if not isinstance(said, dict):
            raise LabelStudioError(0, "answers, and is no Label Studio")
        return said


def _member(user: Any) -> Member:  # noqa: ANN401  the SDK's
    name = f"{user.first_name or ''} {user.last_name or ''}".strip()
    memberships = getattr(user, "org_membership", None)
    if not memberships:
        # Community: removed from the organization, a user is still listed, and is active nowhere.
        return Member(user.email, name, active=user.active_organization is not None)
    mine = next(
        (each for each in memberships if each.organization_id == user.active_organization),
        memberships[0],
    )
    is_in = mine.active is not False and mine.role not in _NOT_IN
    return Member(user.email, name, is_manager=mine.role in MANAGING, active=is_in)
