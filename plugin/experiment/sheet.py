"""A drawing as an SVG that stands alone: readable in light and in dark, without a script."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

_BASE = """
text { font: 13px system-ui, sans-serif; fill: #17211f }
.soft { fill: #566360 } .title { font-weight: 600; font-size: 15px }
.grid { stroke: #dfe5e3 } .paper { fill: #fff }
.line { fill: none; stroke-width: 2.25; stroke-linejoin: round } .band { opacity: .14 }
"""
_SERIES = ".line { stroke: var(--c) } .band, .name { fill: var(--c) } .name { font-weight: 600 }\n"
_DARK = """\
  text { fill: #e4ebe9 } .soft { fill: #9aa9a5 } .grid { stroke: #2b3532 } .paper { fill: #171e1c }
  .band { opacity: .2 }
"""


Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Colours:
    """CSS that says the colour `--c` of each series, in light and in dark, and its dashes.

    Dashes make lines distinct without colour, too.
    """

    light: str
    dark: str
    dashes: str = ""

    @property
    def style(self) -> str:
        """The style of a sheet with these."""
        dark = f"@media (prefers-color-scheme: dark) {{\n{_DARK}{self.dark}}}\n"
        return f"{_BASE}{self.light}{_SERIES}{self.dashes}{dark}"


@dataclass(frozen=True)
class Sheet:
    """A sheet of `width` x `height` pixels.

    `title` stands above; `meaning` is what it stands for to those who do not see it.
    """

    width: int
    height: int
    title: str
    meaning: str
    colours: Colours

    def draw(self, left: int, parts: Iterable[str]) -> str:
        """All of it; the title begins at `left` (pixels)."""
        box = f"0 0 {self.width} {self.height}"
        head = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img">',
            f"<title>{self.meaning}</title><style>{self.colours.style}</style>",
            f'<rect class="paper" width="{self.width}" height="{self.height}" rx="8"/>',
            f'<text class="title" x="{left}" y="28">{self.title}</text>',
        ]
        return "\n".join([*head, *parts, "</svg>"]) + "\n"


def spread(ends: Mapping[Name, float], least: float) -> list[tuple[Name, float]]:
    """Names by their heights (pixels), from the top, moved down where two would touch.

    Args:
        ends: where each would stand.
        least: the least distance of two.
    """
    moved, free = [], float("-inf")
    for name, wanted in sorted(ends.items(), key=lambda each: each[1]):
        y = max(free, wanted)
        free = y + least
        moved.append((name, y))
    return moved
