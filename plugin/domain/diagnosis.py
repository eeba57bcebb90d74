"""What the doctor found."""

from datetime import datetime

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """What a check found; `fix` says what to change, and is empty where all is well."""

    check: str
    said: str
    fix: str = ""

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return not self.fix


class Diagnosis(msgspec.Struct, frozen=True):
    """What one look at the installation found, in the order of its checks."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing needs to be changed."""
        return all(finding.ok for finding in self.findings)
