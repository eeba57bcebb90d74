"""Every error that this project raises on purpose, as one small tree.

The classes carry data, so that the edges (HTTP, command line) decide on the wording and the status.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with an input: where it is, what it was, what was expected."""

    field: str
    value: object
    expected: str

    def __str__(self) -> str:
        """Say it in one line, with the value cut to a readable length."""
        shown = repr(self.value)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        return f"{self.field}: {shown}, expected {self.expected}"


class ActiveLearningError(Exception):
    """The root: catch this to catch all of ours and nothing else."""


class InvalidInputError(ActiveLearningError):
    """What somebody sent cannot be used; `errors` names every field that is wrong."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


class NotAuthenticatedError(ActiveLearningError):
    """No key, or one that opens nothing here."""


class TooManyAttemptsError(ActiveLearningError):
    """Signing in failed too often; `wait` are the seconds until it may be tried again."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"signing in failed too often; try again in {wait} seconds")
        self.wait = wait


class ForbiddenError(ActiveLearningError):
    """It is known who asks, or nobody can be, and this is not theirs."""


class GoneError(ActiveLearningError):
    """What was asked for was there once, and its time is over."""


class NotFoundError(ActiveLearningError):
    """A thing that was named does not exist."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"no {kind} {name!r}")
        self.kind = kind
        self.name = name


class ConflictError(ActiveLearningError):
    """The same name or id stands for something else already."""


class UnavailableError(ActiveLearningError):
    """A dependency does not answer; the caller may try again later."""

    def __init__(self, dependency: str, reason: str) -> None:
        super().__init__(f"{dependency}: {reason}")
        self.dependency = dependency
        self.reason = reason


class NewerFormError(UnavailableError):
    """Something in the Store is written in a form that only a newer release knows.

    It is left as it is: `form` is what it says, `known` the newest that this release reads.
    """

    def __init__(self, where: str, form: int, known: int) -> None:
        reason = (
            f"written by a newer release, in format {form}; this one reads {known} at most:"
            " upgrade this installation"
        )
        super().__init__(where, reason)
        self.form = form
        self.known = known


class StoreError(UnavailableError, OSError):
    """The Store refused or did not answer: an OSError too, as a folder's disk would raise it."""

    def __init__(self, reason: str) -> None:
        super().__init__("Store", reason)
        self.strerror = reason


class FetchRefusedError(ActiveLearningError):
    """An image is not fetched from its address, now or later; `reason` says why.

    `host` is all that is said of the address: its path may hold a secret.
    """

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host}: {reason}")
        self.host = host
        self.reason = reason


class LabelStudioError(UnavailableError):
    """Label Studio refused or failed; `status` is its HTTP status, 0 where it did not answer.

    `retry_after` are the seconds after which it wants to be asked again, None where it said none.
    """

    def __init__(self, status: int, reason: str, retry_after: float | None = None) -> None:
        super().__init__("Label Studio", reason if not status else f"{status} {reason}")
        self.status = status
        self.retry_after = retry_after
