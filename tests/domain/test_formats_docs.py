"""docs/formats.md names every format; tests/docs reads what it shows."""

import re
from pathlib import Path

from plugin.formats.predictions import FORMATS

DOC = (Path(__file__).resolve().parents[2] / "docs/formats.md").read_text()


def test_it_names_every_format() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \| (?!what)", DOC, re.MULTILINE)) >= set(FORMATS)
