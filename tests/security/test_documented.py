"""docs/security.md names tests that exist, and every test of an attack is named there."""

import ast
import re
from pathlib import Path

import pytest

from plugin.config import Config

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", TEXT)))


def test_the_table_is_full() -> None:
    rows = [line for line in TEXT.partition("## Threats")[2].splitlines() if line.startswith("| ")]
    table = rows[2 : next(at for at, line in enumerate(rows) if line.startswith("| secret"))]
    assert len(table) > 25
    assert [row for row in table if "`tests/" not in row.rpartition(" | ")[2]] == []


@pytest.mark.parametrize("named", NAMED)
def test_what_it_names_exists(named: str) -> None:
    path, _, function = named.partition("::")
    tree = ast.parse((ROOT / path).read_text())
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert any(name.startswith("test_") for name in found)
    assert not function or function in found


def test_every_attack_of_this_folder_is_named() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in Path(__file__).parent.glob("test_*.py")}
    assert files - {named.partition("::")[0] for named in NAMED} == set()


def test_the_variables_that_it_names_exist() -> None:
    ours = {str(field.validation_alias) for field in Config.model_fields.values()}
    named = set(re.findall(r"`(LSAL_[A-Z_]+)`", TEXT))
    assert named <= ours
    assert len(named) > 6


def test_it_fits_on_a_few_screens() -> None:
    assert len(TEXT.splitlines()) < 250
