"""Does the installation work? Every part of it is tried, and what is wrong is said with its cure.

One file per subject. What one subject finds keeps no other from being looked at: without Redis,
Label Studio is checked all the same, and the reverse.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plugin.domain.diagnosis import Finding

Check = Callable[[], Iterator[Finding]]
"""Looks at one subject; ends where its next question would be of no use. Raises nothing of what it
looks at: that is what it finds."""


def nothing() -> Iterator[Finding]:
    """A check that finds nothing."""
    return iter(())


@dataclass(frozen=True)
class Doctor:
    """Checks an installation, subject by subject."""

    checks: tuple[Check, ...]

    def findings(self) -> Iterator[Finding]:
        """Yield what each check finds, as it is found."""
        for check in self.checks:
            yield from check()
