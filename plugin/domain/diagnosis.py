"""What the doctor found."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

Level = Literal["ok", "warning", "failure"]


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a check found; `fix` says what to change, and is empty where all is well.

    `works`: all goes on as it is, only not as well as it could, or not for long.
    """

    check: str
    said: str
    fix: str = ""
    works: bool = False

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return not self.fix

    @property
    def level(self) -> Level:
        """How much it matters."""
        if self.ok:
            return "ok"
        return "warning" if self.works else "failure"


class Diagnosis(msgspec.Struct, frozen=True):
    """What one look at the installation found, in the order of its checks."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """That of the worst finding."""
        return worst(self.findings)

    @property
    def ok(self) -> bool:
        """Whether nothing must be changed; there may be warnings."""
        return self.level != "failure"


def warning(check: str, said: str, fix: str) -> Finding:
    """A finding of what works, and should be changed all the same."""
    return Finding(check, said, fix, works=True)


def worst(findings: Iterable[Finding]) -> Level:
    """The level of the worst of some findings."""
    levels = {finding.level for finding in findings}
    if "failure" in levels:
        return "failure"
    return "warning" if "warning" in levels else "ok"
