"""Who we are in Label Studio, who else is there, and which server it is."""

from plugin.labelstudio.api.connection import Connection, translated


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

    def invitation(self) -> str:
        """The path of the page on which new users sign up."""
        with translated():
            return str(self._client.organizations.invites.get_invite_link().invite_url)

    def version(self) -> str:
        """The server's edition and version, like `Community 1.23.2`."""
        with translated():
            said = self._request("GET", "api/version")
        return f"{said.get('edition', 'Community')} {said.get('release', 'unknown')}"
