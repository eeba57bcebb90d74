"""What a failure of Label Studio says about the frames that were sent, and about itself."""

from plugin.domain.errors import LabelStudioError

REFUSALS = frozenset({400, 413, 415, 422})
"""Statuses by which Label Studio, or a proxy before it, refuses what it was sent: none was done."""

AWAY = frozenset({401, 403, 429, 503})
"""Statuses of a Label Studio that takes nothing from us now, whatever we send."""

_UNKNOWN = frozenset({0, 502, 504})
"""Of a connection that broke, or a proxy that gave up waiting: it may still be done."""


def is_over(error: LabelStudioError) -> bool:
    """Whether the call is not under way any more."""
    return error.status not in _UNKNOWN
