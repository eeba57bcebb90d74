"""The documents, cut into what tests run: fenced blocks, each with the marks before it.

A mark is an HTML comment right before a block, which readers do not see:

- `<!-- unchecked: why -->`: no test runs the block, for this reason.
- `<!-- file: name -->`: the block is the file of that name, which later commands find.

A file that readers need not see is a comment of its own: `<!-- file: name`, its lines, `-->`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))

_FENCE = re.compile(
    r"(?:^<!-- (?P<mark>unchecked|file): (?P<said>[^\n]+?) -->\n+)?"
    r"^```(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"^<!--.*?-->$", re.MULTILINE | re.DOTALL)
_HIDDEN_FILE = re.compile(r"^<!-- file: (\S+)\n(.*?)^-->$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str
    mark: str = ""
    said: str = ""

    def __str__(self) -> str:
        """Where it is."""
        return f"{name_of(self.page)}:{self.line}"

    @property
    def is_unchecked(self) -> bool:
        """Whether no test runs it, for a reason that is said."""
        return self.mark == "unchecked"


def name_of(page: Path) -> str:
    """A page's path in the checkout."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    return list(_blocks(page, page.read_text()))


def all_blocks() -> list[Block]:
    """Those of every page."""
    return [block for page in PAGES for block in blocks_of(page)]


def _blocks(page: Path, text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start("language")) + 1
        mark, said = found["mark"] or "", found["said"] or ""
        yield Block(page, line, found["language"], found["text"], mark, said)


def files_of(page: Path) -> dict[str, str]:
    """The files that a page shows or hides, by name."""
    shown = {block.said: block.text for block in blocks_of(page) if block.mark == "file"}
    return shown | dict(_HIDDEN_FILE.findall(page.read_text()))


def prose_of(page: Path) -> str:
    """A page without its fenced blocks and comments."""
    return _COMMENT.sub("", _FENCE.sub("", page.read_text()))
