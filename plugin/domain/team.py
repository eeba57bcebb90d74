"""Who works in Label Studio: managers and reviewers."""

import msgspec


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """A user of Label Studio.

    `is_manager` is None where the edition has no roles; `active` is False for who has left, or is
    not let in any more: they keep what they did and are given nothing new.
    """

    email: str
    name: str = ""
    is_manager: bool | None = None
    active: bool = True
