"""What the page of an analysis is asked for by its query string."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from plugin.domain.analysis import Cell, Wanted

NONE = "(none)"
"""How an address names frames without a rule, or without a model version."""

PERIODS = {"4": "Last 4 weeks", "12": "Last 12 weeks", "52": "Last year", "": "All time"}
"""Numbers of weeks, as the page writes them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which frames are asked for; the texts are those of the address, "" for all."""

    rule: str
    version: str
    weeks: str
    wanted: Wanted

    @property
    def is_filtered(self) -> bool:
        """Whether not all are asked for."""
        return bool(self.rule or self.version or self.weeks)

    @property
    def arguments(self) -> dict[str, str]:
        """The query string that asks for the same."""
        found = {"rule": self.rule, "version": self.version, "weeks": self.weeks}
        return {name: text for name, text in found.items() if text}


def asked(
    arguments: Mapping[str, str], cells: Sequence[Cell], today: date, notes: list[str]
) -> Asked:
    """Read a query string; what does not exist is noted, and all are shown instead.

    Args:
        arguments: of the query string.
        cells: what there is to ask for.
        today: the day (UTC) that periods end with.
        notes: where to note it.
    """
    rule = _one_of(arguments, "rule", {cell.rule for cell in cells}, notes)
    version = _one_of(arguments, "version", {cell.model_version for cell in cells}, notes)
    weeks = arguments.get("weeks", "")
    if weeks not in PERIODS:
        notes.append(f"“{weeks[:40]}” is no number of weeks that can be shown: all are.")
        weeks = ""
    since = today - timedelta(weeks=int(weeks)) if weeks else None
    return Asked(rule, version, weeks, Wanted(_meant(rule), _meant(version), since))


def written(name: str) -> str:
    """How an address names a rule or a version."""
    return name or NONE


def _one_of(arguments: Mapping[str, str], key: str, names: set[str], notes: list[str]) -> str:
    text = arguments.get(key, "")
    if text and text not in {written(name) for name in names}:
        notes.append(f"No reviewed image has the {key} “{text[:60]}”: all are shown.")
        return ""
    return text


def _meant(text: str) -> str | None:
    """The name that an address asks for; None for all."""
    return None if not text else "" if text == NONE else text
