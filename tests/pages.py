"""docs/faults.md has a part for each program that writes it; none erases another's."""

import re
from pathlib import Path

FAULTS = Path(__file__).resolve().parents[1] / "docs" / "faults.md"


def write_part(page: Path, name: str, text: str) -> None:
    """Put a text in place of the part of this name; at the end, where there is none yet.

    Parts stand between comments that no reader sees.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    part = f"{begin}\n\n{text.strip()}\n\n{end}\n"
    before = page.read_text() if page.exists() else ""
    after, found = re.subn(
        f"{re.escape(begin)}\n.*?{re.escape(end)}\n", lambda _: part, before, flags=re.DOTALL
    )
    page.write_text(after if found else f"{before.rstrip()}\n\n{part}".lstrip())
