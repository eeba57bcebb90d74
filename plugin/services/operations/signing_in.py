"""Signing in: Label Studio says whose token it is; the token itself is kept nowhere."""

import logging

from plugin.domain.errors import LabelStudioError, NotAuthenticatedError, TooManyAttemptsError
from plugin.labelstudio.tokens import Account, TokenOwners
from plugin.stores.access.attempts import Attempts
from plugin.stores.access.audit import Audit
from plugin.stores.access.sessions import Sessions

log = logging.getLogger(__name__)


class SignIn:
    """From a token to a session."""

    def __init__(
        self, owners: TokenOwners, sessions: Sessions, attempts: Attempts, audit: Audit,
        own_token: str,
    ) -> None:  # fmt: skip
        """`own_token` is that of this installation: "" where it says nothing of who manages."""
        self._owners, self._sessions = owners, sessions
        self._attempts, self._audit = attempts, audit
        self._own_token = own_token

    def begin(self, token: str, address: str) -> str:
        """Begin a session for the owner of a token, and return its id.

        Args:
            token: personal access token or legacy token of Label Studio.
            address: where it comes from, for the bound on failures.

        Raises:
            NotAuthenticatedError: the token is nobody's, or of a kind that is switched off.
            TooManyAttemptsError: whatever the token is.
            LabelStudioError: it does not answer.
        """
        if wait := self._attempts.begin(address):
            raise TooManyAttemptsError(wait)
        account = self._owner_of(token, address)
        identifier = self._sessions.begin(account.email, by_role=self._manages(account))
        self._audit.add(account.email, "signed_in")
        return identifier

    def _owner_of(self, token: str, address: str) -> Account:
        try:
            account = self._owners.owner_of(token)
        except LabelStudioError:
            self._attempts.take_back(address)  # it was no guess that failed
            raise
        self._attempts.take_back(address)
        return account

    def _manages(self, account: Account) -> bool:
        """Whether Label Studio counts somebody as a manager, or they own our own token."""
        if account.manages is not None:
            return account.manages
        if not self._own_token:
            return False
        try:
            return self._owners.owner_of(self._own_token).email == account.email
        except (NotAuthenticatedError, LabelStudioError) as error:
            log.warning("LABEL_STUDIO_API_KEY: %s; nobody manages by it", error)
            return False
