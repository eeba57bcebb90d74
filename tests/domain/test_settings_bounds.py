"""However large and however wrong a settings' file is, the answer is short.

A reader whose time grew with the square of such a text would hold up the whole suite.
"""

import json
import tracemalloc

import pytest

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.settings_file import parse_settings

SMALL = "project: parts\nclasses: [bolt, dent, scratch]\n"


def errors(text: str) -> list[FieldError]:
    with pytest.raises(InvalidInputError) as caught:
        parse_settings(text)
    return list(caught.value.errors)


RULES = "".join(f"- {{name: r{i}, when: {{empty: true}}}}\n" for i in range(10_000))
HUGE = {
    "10,000 rules": f"{SMALL}rules:\n{RULES}",
    "lists in lists": "[" * 500_000,
    "mappings in mappings": '{"a":' * 150_000,
    "YAML in YAML": "- " * 400_000,
    "half a million classes": f"project: p\nclasses: [{'a,' * 490_000}]",
    "unknown keys": SMALL + "".join(f"k{i}: 1\n" for i in range(80_000)),
    "one key, often": SMALL + "k: 1\n" * 150_000,
    "a long number": f"{SMALL}seed: {'9' * 900_000}",
    "a long word": f"{SMALL}seed: {'x' * 900_000}",
    "a long zone": f"{SMALL}batch: {{timezone: {'x' * 900_000}}}",
    "more than a megabyte": "#" * 1_000_001,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_a_huge_text_is_refused_in_few_words(text: str) -> None:
    found = errors(text)
    assert 1 <= len(found) <= 101
    assert len("".join(map(str, found))) < 50_000


def test_the_worst_text_takes_bounded_memory() -> None:
    tracemalloc.start()
    try:
        errors(HUGE["10,000 rules"])
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


def test_thousands_of_unknown_classes_with_long_names_are_told_in_few_words() -> None:
    names = [f"{number:040d}" for number in range(1000)]
    rules = [
        {"name": f"r{number}", "when": {"classes": [f"{name}x" for name in names[:90]]}}
        for number in range(100)
    ]
    text = json.dumps({"project": "p", "classes": names, "rules": rules})
    assert str(errors(text)[-1]) == "and more: 8900, expected no errors"
