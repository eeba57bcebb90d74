"""What a manager typed for reviewers, as the HTML that Label Studio shows."""

import re

import nh3

_TAGS = {
    "a", "b", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "hr", "i", "img", "li",
    "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead",
    "tr", "u", "ul",
}  # fmt: skip
_BLOCKS = "blockquote|br|h[1-4]|hr|li|ol|p|pre|table|tbody|td|th|thead|tr|ul"
_BREAKS_AROUND = re.compile(
    rf"\s*\n\s*(</?(?:{_BLOCKS})\b[^>]*>)|(</?(?:{_BLOCKS})\b[^>]*>)\s*\n\s*"
)


def shown_to_reviewers(typed: str) -> str:
    """The HTML for what was typed: harmless, its line breaks kept, in the direction of its text.

    Markup that formats is left, all other is taken out. "" where nothing is left to show.
    """
    clean = nh3.clean(typed.replace("\r\n", "\n").strip(), tags=_TAGS)
    # A break beside a block is how its markup was typed, and would show as an empty line.
    lines = _BREAKS_AROUND.sub(r"\1\2", clean).replace("\n", "<br>\n")
    return f'<div dir="auto">{lines}</div>' if lines.strip() else ""
