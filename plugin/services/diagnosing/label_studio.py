"""Label Studio: whether it answers, which it is, and what our token may do there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugin.domain.diagnosis import Finding, warning, worst
from plugin.domain.errors import LabelStudioError, NotFoundError
from plugin.services.diagnosing import Check, nothing

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

TESTED = (1, 23, 2)
"""The version of Community that every test runs on; versions of its series differ in faults."""

RIGHTS = {
    "projects.create", "projects.change", "tasks.create", "tasks.change", "predictions.any",
    "storages.change", "views.create",
}  # fmt: skip
"""What Label Studio calls the permissions that we use."""

_ANOTHER_KEY = "put a token from Label Studio's page “Account & Settings” into LABEL_STUDIO_API_KEY"


@dataclass(frozen=True)
class LabelStudioChecks:
    """Asks Label Studio who we are to it; `token` is the one that it is asked with.

    `managers` are the addresses that LSAL_MANAGERS names; `trial` needs a server that answers and a
    token that opens.
    """

    label_studio: "Callable[[], LabelStudioGateway]"
    token: str
    managers: tuple[str, ...] = ()
    trial: Check = nothing

    def findings(self) -> Iterator[Finding]:
        """Yield what each check finds; ends where the next one would be of no use."""
        try:
            for needed in (
                (self._key, self._server),
                (self._version, self._token),
                (self._rights,),
            ):
                found = [check() for check in needed]
                yield from found
                if worst(found) == "failure":
                    return
            if self.managers:
                yield self._managers()
            yield from self.trial()
        except (LabelStudioError, NotFoundError) as error:
            said = f"{self.label_studio().base_url} answered, and does no more: {error}"
            yield Finding("server", said, "look into the log of Label Studio, and ask again")

    def _key(self) -> Finding:
        if not self.token:
            return Finding("key", "LABEL_STUDIO_API_KEY is empty", _ANOTHER_KEY)
        personal = self.token.startswith("eyJ")
        return Finding("key", "a personal access token" if personal else "a legacy token")

    def _server(self) -> Finding:
        gateway = self.label_studio()
        where = gateway.base_url
        try:
            return Finding("server", f"Label Studio {gateway.version()} at {where}")
        except (LabelStudioError, NotFoundError) as error:
            fix = "LABEL_STUDIO_URL must be the address of a Label Studio that runs"
            return Finding("server", f"{where}: {error}", fix)

    def _version(self) -> Finding:
        edition, _, release = self.label_studio().version().partition(" ")
        tested = ".".join(map(str, TESTED))
        if edition != "Community":
            said = f"{edition} is served as its interface is documented; tests run on Community"
            fix = "try it with a project of little worth first, and tell us how it went"
            return warning("version", said, fix)
        numbers = tuple(int(part) for part in release.split(".")[:2] if part.isdecimal())
        if numbers == TESTED[:2]:
            return Finding("version", f"of the series that is tested ({tested})")
        age = "older" if numbers < TESTED[:2] else "newer"
        fix = f"use {tested}, or try this one with a project of little worth first"
        return warning("version", f"{release} is {age} than what is tested ({tested})", fix)

    def _token(self) -> Finding:
        try:
            return Finding("token", f"of {self.label_studio().email()}")
        except (LabelStudioError, NotFoundError) as error:
            off = "; legacy tokens are off in new organisations"
            fix = _ANOTHER_KEY if self.token.startswith("eyJ") else _ANOTHER_KEY + off
            return Finding("token", str(error), fix)

    def _rights(self) -> Finding:
        permissions = self.label_studio().permissions()
        if permissions is None:
            return Finding("rights", "this version of Label Studio does not tell")
        missing = RIGHTS - permissions
        if not missing:
            return Finding("rights", "may make projects, tasks and storages")
        fix = "take the token of an administrator, an owner or a manager"
        return Finding("rights", f"lacks {', '.join(sorted(missing))}", fix)

    def _managers(self) -> Finding:
        members = self.label_studio().members().values()
        known = {each.email.casefold() for each in members if each.active}
        unknown = [each for each in self.managers if each.casefold() not in known]
        fix = "LSAL_MANAGERS must name addresses of users of Label Studio"
        if len(unknown) == len(self.managers):
            said = f"nobody may change anything: Label Studio knows no {', '.join(unknown)}"
            return Finding("managers", said, fix)
        if unknown:
            said = f"Label Studio knows no {', '.join(unknown)}"
            return warning("managers", said, fix)
        return Finding("managers", f"{', '.join(self.managers)} may change things")
