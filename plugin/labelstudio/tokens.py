"""Whose token is it? Asked without the SDK, whose 100 MB a web server can do without.

Both kinds of token that Label Studio gives to its users are known: the personal access token, a
JWT that is exchanged for a short-lived one, and the legacy token.
"""

import re
from collections.abc import Callable
from typing import TypeVar

import httpx
import msgspec

from plugin.domain.errors import LabelStudioError, NotAuthenticatedError
from plugin.formats.reading import UNREADABLE
from plugin.labelstudio.values import MANAGING

TIMEOUT = 15.0
"""Seconds; somebody waits before a form."""

PERSONAL_OFF = (
    "this is a personal access token, and your organization has switched those off in "
    "Label Studio; ask an owner, or use a legacy token"
)
LEGACY_OFF = (
    "this is a legacy token, and your organization has switched those off in Label Studio; "
    "use a personal access token"
)
WRONG = "Label Studio does not know this token: it is incomplete, has expired, or was revoked"

_PERSONAL = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
_LEGACY = re.compile(r"[0-9A-Za-z]{20,80}")


class _Membership(msgspec.Struct):
    role: str = ""
    organization_id: int | None = None


class _WhoAmI(msgspec.Struct):
    """What we read of Label Studio's answer; Community tells no membership."""

    email: str
    active_organization: int | None = None
    organization_membership: _Membership | None = None
    org_membership: list[_Membership] | None = None


class _Access(msgspec.Struct):
    access: str


Read = TypeVar("Read")


class Account(msgspec.Struct, frozen=True):
    """A user of Label Studio; `manages` is None where the edition has no roles."""

    email: str
    manages: bool | None


class TokenOwners:
    """Asks a Label Studio server whose token it is."""

    def __init__(self, base_url: str, count: Callable[[str], None] = lambda _: None) -> None:
        """Ask the server at an address; `count` is told how each request ends."""
        self._base_url = base_url.rstrip("/")
        self._count = count

    def owner_of(self, token: str) -> Account:
        """The user whose token it is.

        Raises:
            NotAuthenticatedError: it is nobody's, or of a kind that is switched off; saying which.
            LabelStudioError: the server does not answer, or fails.
        """
        if not (_PERSONAL.fullmatch(token) or _LEGACY.fullmatch(token)):
            raise NotAuthenticatedError("this does not look like a token of Label Studio")
        with httpx.Client(
            base_url=self._base_url, timeout=TIMEOUT, follow_redirects=True
        ) as client:
            try:
                answer = self._ask(client, token)
            except httpx.RequestError as error:
                self._count("no_answer")
                said = f"does not answer ({type(error).__name__})"
                raise LabelStudioError(0, said) from error
        return _account(answer)

    def _ask(self, client: httpx.Client, token: str) -> httpx.Response:
        if not _PERSONAL.fullmatch(token):
            return self._answer(client, f"Token {token}", _why_legacy)
        found = client.post("/api/token/refresh/", json={"refresh": token})
        self._check(found, lambda _: WRONG)
        access = _read(found, _Access).access
        return self._answer(client, f"Bearer {access}", lambda _: PERSONAL_OFF)

    def _answer(
        self, client: httpx.Client, authorization: str, why: Callable[[str], str]
    ) -> httpx.Response:
        headers = {"Authorization": authorization}
        answer = client.get("/api/current-user/whoami", headers=headers)
        self._check(answer, why)
        return answer

    def _check(self, answer: httpx.Response, why: Callable[[str], str]) -> None:
        self._count("ok" if answer.is_success else str(answer.status_code))
        if answer.status_code in (400, 401, 403):
            raise NotAuthenticatedError(why(answer.text))
        if not answer.is_success:
            raise LabelStudioError(answer.status_code, "does not say whose token it is")


def _why_legacy(said: str) -> str:
    return LEGACY_OFF if "disabled" in said else WRONG


def _account(answer: httpx.Response) -> Account:
    said = _read(answer, _WhoAmI)
    # Who owns another organization of the same server manages nothing in this one.
    here, known = said.active_organization, said.org_membership or ()
    roles = {each.role for each in known if each.organization_id == here}
    if said.organization_membership:
        roles = {said.organization_membership.role}
    return Account(said.email, bool(roles & MANAGING) if roles else None)


def _read(answer: httpx.Response, kind: type[Read]) -> Read:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except UNREADABLE as error:
        raise LabelStudioError(0, "answered with something else") from error
