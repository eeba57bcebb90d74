"""docs/configuration.md names every variable, and no other."""

import re
from pathlib import Path

from plugin.config import Config

DOCS = (Path(__file__).resolve().parents[2] / "docs/configuration.md").read_text()


def test_the_documentation_names_every_variable_and_no_other() -> None:
    rows = [line.split("|")[1] for line in DOCS.splitlines() if line.startswith("| `")]
    named = re.findall(r"`([A-Z_]+)`", " ".join(rows))
    assert sorted(named) == sorted(
        str(field.validation_alias) for field in Config.model_fields.values()
    )
