"""The form by which a manager gives a person channels of their own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from plugin.bootstrap import Application
from plugin.domain.errors import FieldError, InvalidInputError
from plugin.stores.notices.contacts import Contact

MAX_CHANNELS = 5
_EMAIL = re.compile(r"[^\s,;<>\"@]+@[^\s,;<>\"@]+")


@dataclass(frozen=True, slots=True)
class ContactForm:
    """What is in the form.

    `base` is the revision that it was made from; `kept` are the channels that the person has, as
    far as they may be shown; `errors` stand at their fields, "form" for all of them.
    """

    email: str = ""
    enabled: bool = True
    channels: str = ""
    base: int = 0
    kept: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


def read(posted: Mapping[str, str]) -> ContactForm:
    """What was typed."""
    base = posted.get("base", "")
    return ContactForm(
        email=posted.get("email", "").strip(),
        enabled="enabled" in posted,
        channels=posted.get("channels", "").strip(),
        base=int(base) if base.isdecimal() and len(base) < 10 else 0,
    )


def save(parts: Application, form: ContactForm, *, keep: bool) -> Contact:
    """Do what the form says; `keep` leaves the channels as they are where it names none.

    Raises:
        InvalidInputError: the address is none, or a channel is not allowed.
        ConflictError: somebody else has changed it since.
    """
    urls = tuple(form.channels.split())
    errors = list(_errors(parts, form.email, urls))
    if errors:
        raise InvalidInputError(*errors)
    kept = parts.contacts.of(form.email).channels if keep and not urls else urls
    return parts.contacts.save(Contact(form.email, form.enabled, kept, form.base))


def _errors(parts: Application, email: str, urls: tuple[str, ...]) -> list[FieldError]:
    errors = []
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        errors.append(FieldError("email", email, "an e-mail address, like ann@example.com"))
    if len(urls) > MAX_CHANNELS:
        errors.append(FieldError("channels", len(urls), f"at most {MAX_CHANNELS} channels"))
    for url in urls[:MAX_CHANNELS]:
        try:
            parts.channels.check("channels", url)
        except InvalidInputError as error:
            errors += error.errors
    return errors
