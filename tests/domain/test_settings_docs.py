"""docs/settings.md names every setting; tests/docs reads what it shows."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.domain.generated import all_models

DOCS = (Path(__file__).resolve().parents[2] / "docs/settings.md").read_text()


@pytest.mark.parametrize("model", all_models(), ids=lambda model: model.__name__)
def test_the_documentation_names_every_setting(model: type[BaseModel]) -> None:
    missing = [name for name in model.model_fields if f"`{name}`" not in DOCS]
    assert missing == []


def test_the_documentation_names_no_other() -> None:
    """In its tables of settings, which have the column `unless said`."""
    known = {name for model in all_models() for name in model.model_fields}
    row = r"^\| setting \|.*unless said.*\n\|[-| ]+\n((?:\|.*\n)+)"
    tables = re.findall(row, DOCS, re.MULTILINE)
    first_cells = [line.split("|")[1] for table in tables for line in table.splitlines()]
    assert len(first_cells) > 50
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert named - known == set()
