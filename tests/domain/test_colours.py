"""Colours of classes: stable, apart from each other, readable."""

from itertools import combinations
from math import dist

import pytest

from plugin.domain.colours import MUTED, VIVID, colours, lab

NAMES = ["person", "helmet", "patch", "shuttle", "flag", "glove", "שריטה", "x" * 200]
DARK = 0.0105  # luminance of Label Studio's dark background


def luminance(colour: str) -> float:
    """Relative luminance of a colour (`#rrggbb`), 0 to 1, as WCAG's contrast takes it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def apart(shades: dict[str, str]) -> float:
    return min(dist(lab(one), lab(other)) for one, other in combinations(shades.values(), 2))


@pytest.mark.parametrize("colour", VIVID + MUTED)
def test_names_in_it_can_be_read_on_a_light_and_on_a_dark_page(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 3.0
    assert (luminance(colour) + 0.05) / (DARK + 0.05) >= 2.5


def test_a_class_keeps_its_colour_when_others_come() -> None:
    few = colours(NAMES[:3])
    assert colours([*NAMES[:3], "new", "newer"], few).items() >= few.items()


def test_a_class_keeps_its_colour_when_the_order_changes() -> None:
    known = colours(NAMES)
    assert colours(["first", *reversed(NAMES)], known).items() >= known.items()


def test_what_is_asked_for_comes_in_its_order_and_nothing_else() -> None:
    assert list(colours(["b", "a"], {"c": "#ba2a00"})) == ["b", "a"]


def test_a_name_has_the_same_colour_in_projects_that_begin_with_it() -> None:
    assert colours(["dent"])["dent"] == colours(["dent", "bolt"])["dent"]


@pytest.mark.parametrize(("number", "least"), [(4, 0.22), (8, 0.15), (16, 0.12)])
def test_classes_are_told_apart(number: int, least: float) -> None:
    for project in range(40):
        names = [f"class {project} {n}" for n in range(number)]
        assert apart(colours(names)) >= least


@pytest.mark.parametrize("seed", range(20))
def test_no_colour_comes_twice_while_others_are_free(seed: int) -> None:
    found = colours([f"class {seed} {n}" for n in range(24)])
    assert len(set(found.values())) == 24


def test_many_classes_share_the_colours_evenly() -> None:
    found = list(colours([f"class-{n}" for n in range(72)]).values())
    assert {found.count(colour) for colour in found} == {3}


def test_a_colour_that_a_person_wrote_stays() -> None:
    known = {"dent": "red", "bolt": "#FFF"}
    found = colours(["dent", "bolt", "scratch"], known)
    assert found.items() >= known.items()
    assert found["scratch"] in VIVID


def test_lightest_and_darkest_are_where_the_definition_has_them() -> None:
    assert lab("#ffffff") == pytest.approx((1.0, 0.0, 0.0), abs=1e-4)
    assert lab("#ff0000") == pytest.approx((0.62796, 0.22486, 0.12585), abs=1e-4)
