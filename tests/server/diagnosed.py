"""What tests of the doctor share."""

from collections.abc import Iterator
from datetime import UTC, datetime

from plugin.demo.processes import free_port
from plugin.domain.diagnosis import Finding

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def by_check(findings: Iterator[Finding]) -> dict[str, Finding]:
    return {each.check: each for each in findings}


def nobody() -> str:
    return f"http://127.0.0.1:{free_port(0)}"
