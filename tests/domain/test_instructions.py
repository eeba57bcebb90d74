"""Instructions on their way to Label Studio, and whose tasks a tab shows."""

import re

import pytest

from plugin.labelstudio.instructions import shown_to_reviewers
from plugin.labelstudio.tabs import pattern_of, reviewers_text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param("a < b & c\nnext", "a &lt; b &amp; c<br>\nnext", id="plain text"),
        pytest.param("<b>Look</b>\r\nhere", "<b>Look</b><br>\nhere", id="formatted"),
        pytest.param(
            "<ul>\n<li>one</li>\n <li>two</li>\n</ul>\nend",
            "<ul><li>one</li><li>two</li></ul>end",
            id="a list",
        ),
        pytest.param("<script>alert(1)</script>hi", "hi", id="a script"),
        pytest.param("<img src=x onerror=alert(1)>", '<img src="x">', id="an event handler"),
        pytest.param(
            "<a href='javascript:x()'>z</a>",
            '<a rel="noopener noreferrer">z</a>',
            id="a link that runs",
        ),
        pytest.param("<p style='position:fixed'>x</p>", "<p>x</p>", id="a style"),
        pytest.param("عَلِّم كل خدش\nשורה", "عَلِّم كل خدش<br>\nשורה", id="right to left"),
    ],
)
def test_what_was_typed_is_shown_harmless_with_its_lines(typed: str, shown: str) -> None:
    assert shown_to_reviewers(typed) == f'<div dir="auto">{shown}</div>'


@pytest.mark.parametrize("typed", ["", " \n ", "<script>alert(1)</script>"])
def test_nothing_to_show_shows_nothing(typed: str) -> None:
    assert shown_to_reviewers(typed) == ""


@pytest.mark.parametrize(
    ("reviewer", "people", "is_theirs"),
    [
        ("ann@example.com", ["ann@example.com"], True),
        ("ann@example.com", ["joann@example.com"], False),
        ("ann@example.com", ["ann@example.com.example.org"], False),
        ("ann@example.com", ["ann@exampleXcom"], False),
        ("ann@example.com", ["zoe@example.com", "ann@example.com"], True),
        ("zoe@example.com", ["zoe@example.com", "ann@example.com"], True),
        ("ben@example.com", ["zoe@example.com", "ben@example.com", "ann@example.com"], True),
        ("a+b@example.com", ["a+b@example.com"], True),
        ("a+b@example.com", ["aab@example.com"], False),
        ("ann@example.com", [], False),
    ],
)
def test_a_tab_shows_the_tasks_that_name_its_reviewer(
    reviewer: str, people: list[str], is_theirs: bool
) -> None:
    assert bool(re.search(pattern_of(reviewer), reviewers_text(people))) is is_theirs
