"""What a form on the page of a batch is answered with when it changed nothing."""

from werkzeug.datastructures import MultiDict

from plugin.domain.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from plugin.domain.reviewing import Assignments
from webhook_server.pages.review.batch_forms import IMAGES, Dialog, changes_since

Refusal = InvalidInputError | ConflictError | NotFoundError | UnavailableError
REFUSALS = (InvalidInputError, ConflictError, NotFoundError, UnavailableError)
"""What a change may end with that the page explains."""

CHANGED = "This batch was changed since you opened the page, so nothing of yours was done:"
LOOK_AGAIN = "Look at it as it is now, then send again."
AGAIN = "What you typed is still here; send it again in a moment."

_STATUS: dict[type[Exception], int] = {
    InvalidInputError: 422,
    ConflictError: 409,
    NotFoundError: 409,
}
_LABELS = {"reviewer": "Reviewer", "source": "From", "target": "To", "images": "Images"}


def status_of(error: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 503)


def refused(error: Refusal, form: str, typed: MultiDict[str, str], now: Assignments) -> Dialog:
    """The dialog of a form again, with what was typed and why nothing was changed.

    Args:
        error: the reason.
        form: the dialog's name.
        typed: what was typed.
        now: the assignments in force.
    """
    if isinstance(error, InvalidInputError):
        errors = {each.field: f"Expected {each.expected}." for each in error.errors}
        return Dialog(form, typed, errors, "Nothing was changed:", _lines(error.errors))
    if isinstance(error, ConflictError) and typed.get("base") != str(now.revision):
        told = changes_since(typed.get("seen", ""), now)
        return Dialog(form, typed, {}, CHANGED, [*told, LOOK_AGAIN])
    return Dialog(form, typed, {}, f"{_said(error)} {AGAIN}")


def _said(error: ConflictError | NotFoundError | UnavailableError) -> str:
    if isinstance(error, ConflictError):
        return "Somebody else is changing this batch at this moment."
    if isinstance(error, NotFoundError):
        return f"Label Studio has no such thing any more: {error}."
    return f"{error.dependency} did not do it: {error.reason.rstrip('.')}."


def _lines(errors: tuple[FieldError, ...]) -> list[str]:
    """Each error in a sentence that names its field as the form does."""
    return [f"{_label(each.field)}: expected {each.expected}." for each in errors]


def _label(field: str) -> str:
    if field.startswith(IMAGES):
        return field.removeprefix(IMAGES)
    return _LABELS.get(field, field.capitalize())
