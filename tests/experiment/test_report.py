"""What is said of points: means, pairs, who leads and who trails."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from plugin.experiment.choosing import Arm
from plugin.experiment.report import section, write
from plugin.experiment.results import Experiment, Machine, Mean, Point, mean

MACHINE = Machine(2, "Linux x86_64", "3.11.7", "1.9.1", "Community 1.23.2")
ACCURACY: dict[Arm, list[tuple[float, float]]] = {  # by round, of two seeds
    "random": [(0.5, 0.6), (0.70, 0.80), (0.80, 0.90)],
    "margin": [(0.5, 0.6), (0.80, 0.91), (0.90, 0.99)],
    "entropy": [(0.5, 0.6), (0.60, 0.69), (0.80, 0.93)],
}


def experiment(name: str = "digits") -> Experiment:
    points = [
        Point(arm, seed, number, 20 + 10 * number, accuracy, 4)
        for arm, rounds in ACCURACY.items()
        for number, pair in enumerate(rounds)
        for seed, accuracy in enumerate(pair)
    ]
    return Experiment(
        dataset=name, title=name.title(), classes=10, stream=1200, held_out=597, start=20,
        images=10, rounds=2, seeds=2, machine=MACHINE, seconds=300.0, points=tuple(points),
    )  # fmt: skip


def test_a_mean_has_the_standard_error_of_its_values() -> None:
    found = mean([1.0, 2.0, 3.0, 6.0])
    assert found.value == 3
    assert found.error == pytest.approx(2.1602 / 2, abs=1e-4)  # standard deviation / root of 4


def test_of_a_single_value_no_error_is_known_and_nothing_is_said() -> None:
    assert mean([0.7]) == Mean(0.7, None)
    assert mean([0.7]).verdict == "unclear"
    single = msgspec.structs.replace(experiment(), seeds=1)
    assert "| 30 | 70.0 | 80.0 | 60.0 |" in section(single)
    assert "| margin | +10.0, unclear |" in section(single)
    assert "nowhere" not in section(single)


def test_seeds_are_compared_in_pairs() -> None:
    """Each seed's difference is near 10 points, although the seeds are 10 points apart."""
    lead = experiment().lead("margin", 1)
    assert lead.value == pytest.approx(0.105)
    assert lead.error == pytest.approx(0.005)
    assert lead.verdict == "ahead"
    assert experiment().lead("entropy", 1).verdict == "behind"
    assert experiment().lead("entropy", 2).verdict == "unclear"
    assert experiment().lead("margin", 0) == Mean(0.0, 0.0)


def test_overall_is_the_average_of_the_rounds_after_the_start() -> None:
    assert experiment().overall("margin").value == pytest.approx((0.105 + 0.095) / 2)


def test_labels_to_match_are_those_with_which_the_base_is_reached() -> None:
    found = experiment()
    assert [found.labels_to_match(arm) for arm in found.arms] == [40, 30, 40]


def test_the_share_of_mistakes_leaves_the_start_out() -> None:
    assert experiment().mistakes("margin") == pytest.approx(0.4)


def test_the_report_says_where_a_rule_trails() -> None:
    said = section(experiment())
    assert "| 30 | 75.0 ± 5.0 | 85.5 ± 5.5 | 64.5 ± 4.5 |" in said
    assert "**entropy** is below random with 30 images, clearly with 30 (at worst -10.5" in said
    assert "**margin** is nowhere below random; it is above with 30 to 40 images, clearly" in said
    assert "| entropy | -4.5 ± 0.5, behind | +1.5 ± 1.5, unclear | 40 | 40 % of the images" in said


def test_a_data_set_is_added_to_a_report_and_replaced_in_it(tmp_path: Path) -> None:
    write(tmp_path, experiment())
    write(tmp_path, experiment("fashion"))
    page = write(tmp_path, experiment("fashion")).read_text()
    assert page.count("\n## ") == 2
    assert page.startswith("# Does it pay")
    for name in ("digits", "fashion"):
        assert f"(experiment/{name}.svg)" in page
        assert (tmp_path / f"experiment/{name}.svg").is_file()


def test_the_curve_stands_alone_and_all_of_it_lies_in_the_drawing(tmp_path: Path) -> None:
    write(tmp_path, experiment())
    root = ElementTree.parse(tmp_path / "experiment/digits.svg").getroot()  # noqa: S314  ours
    space = "{http://www.w3.org/2000/svg}"
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    lines = root.findall(f"{space}polyline")
    assert len(lines) == 3
    for line in lines:
        points = [tuple(map(float, each.split(","))) for each in line.attrib["points"].split()]
        assert len(points) == 3
        assert all(0 < x < width and 0 < y < height for x, y in points)
        assert points[0][1] > points[-1][1], "better is higher"
    ends = [
        float(each.attrib["y"])
        for each in root.iter(f"{space}text")
        if "name" in each.attrib["class"]
    ]
    assert ends == sorted(ends)
    assert all(below - above >= 17 for above, below in pairwise(ends))
