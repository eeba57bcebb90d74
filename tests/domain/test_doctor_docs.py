"""docs/doctor.md names every check, and no other."""

import ast
import re
from pathlib import Path

from plugin.readiness import MIN_FREE
from plugin.services.diagnosing import clocks, coordination, label_studio, storing

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs/doctor.md").read_text()


def checks() -> set[str]:
    """The names that the code gives to what it finds."""
    found = set()
    for path in (ROOT / "plugin/services/diagnosing").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"Finding", "warning"}
            ):
                assert isinstance(node.args[0], ast.Constant)
                found.add(str(node.args[0].value))
    return found


def test_the_documentation_names_every_check_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", DOCS, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == checks()


def test_its_numbers_are_those_of_the_code() -> None:
    """Each number with the words around it."""
    for said in (
        f"below {storing.LITTLE_SPACE / 1e9:.0f} GB or {storing.LITTLE_SHARE:.0%}".replace(
            "%", " %"
        ),
        f"below {MIN_FREE / 1e6:.0f} MB",
        f"below {coordination.NEARLY:.0%} of its limit".replace("%", " %"),
        f"from {coordination.ALMOST:.0%}".replace("%", " %"),
        f"within {clocks.APART.seconds} s of",
        f"from {clocks.FAR_APART.seconds} s",
        f"Community {label_studio.TESTED[0]}.{label_studio.TESTED[1]}",
        f"Redis {coordination.OLDEST[0]} or newer",
    ):
        assert said in DOCS, said
