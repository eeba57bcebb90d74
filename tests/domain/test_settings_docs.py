"""docs/settings.md names every setting, and what it shows is accepted."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from plugin.settings_file import parse_settings
from tests.domain.generated import all_models

DOCS = (Path(__file__).resolve().parents[2] / "docs/settings.md").read_text()


@pytest.mark.parametrize("model", all_models(), ids=lambda model: model.__name__)
def test_the_documentation_names_every_setting(model: type[BaseModel]) -> None:
    missing = [name for name in model.model_fields if f"`{name}`" not in DOCS]
    assert missing == []


def test_the_documentation_shows_settings_that_are_accepted() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    assert len(blocks) > 8
    for block in blocks:
        classes = "classes: [bolt, dent, scratch]\n"
        text = block if "project:" in block else f"project: parts\n{classes}{block}"
        parse_settings(text)
