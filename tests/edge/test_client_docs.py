"""What docs/client.md says is so."""

import re
from dataclasses import fields
from pathlib import Path

from plugin.client import Options
from plugin.edge.offers import EventFields

TEXT = (Path(__file__).resolve().parents[2] / "docs/client.md").read_text()


def table(heading: str) -> dict[str, str]:
    """First and second column of the table that begins so."""
    rows = TEXT.split(f"| {heading} |")[1].split("\n\n")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", rows, re.MULTILINE))


def test_every_knob_is_there_with_its_default() -> None:
    said = table("`Options`")
    assert list(said) == [field.name for field in fields(Options)]
    for name, value in said.items():
        default = getattr(Options(), name)
        if isinstance(default, int | float):
            assert float(value.replace(",", "")) == default, name


def test_every_keyword_of_submit_is_there() -> None:
    assert table("keyword").keys() == EventFields.__annotations__.keys()


def test_what_it_imports_exists() -> None:
    for line in re.findall(r"^from plugin\..*", TEXT, re.MULTILINE):
        exec(line)  # noqa: S102  our own documentation
