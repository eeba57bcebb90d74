"""What is written of a run: the page, the figures, the plot."""

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from benchmarks.soak.plot import draw
from benchmarks.soak.report import BEGIN, END, placed, section, write
from benchmarks.soak.results import Soak, Verdict
from tests.soak.samples import soak

SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_keeps_what_else_is_on_it(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\n| a | table |\n")
    assert write(tmp_path, soak()) == page
    first = page.read_text()
    assert first.startswith("# Benchmarks\n\n| a | table |\n")
    assert first.count("## Twenty minutes at half load") == first.count(BEGIN) == 1
    write(tmp_path, soak())
    assert page.read_text() == first
    figures = msgspec.json.decode((tmp_path / "benchmarks/soak.json").read_bytes(), type=Soak)
    assert figures == soak()
    assert (tmp_path / "images/soak.svg").exists()


def test_a_section_takes_the_place_of_the_one_before() -> None:
    page = f"# Benchmarks\n\n{BEGIN}\nold\n{END}\n\n## What the profile said\n"
    assert placed(page, r"new \1") == (
        f"# Benchmarks\n\n{BEGIN}\nnew \\1\n{END}\n\n## What the profile said\n"
    )


def test_what_is_missed_is_said() -> None:
    verdicts = Verdict("lost", "0", "0", holds=True), Verdict("memory", "9", "≤ 8", holds=False)
    assert "**Missed:** memory." in section(soak(*verdicts))
    assert "| memory | 9 | ≤ 8 | **missed** |" in section(soak(*verdicts))
    assert not soak(*verdicts).holds
    assert "All of it holds." in section(soak(verdicts[0]))


def test_the_plot_stands_alone_and_stays_on_its_sheet() -> None:
    drawn = draw(soak())
    root = ElementTree.fromstring(drawn)  # noqa: S314  our own
    lines = root.findall(f"{SVG}polyline")
    assert len(lines) == 3 + 4 + 1 + 1, "latencies, memory, the spool, imports"
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for line in lines:
        pairs = [pair.split(",") for pair in line.attrib["points"].split()]
        assert len(pairs) == 10
        assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in pairs)
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert {"p50", "p99", "serve", "Valkey", "minutes"} <= set(texts)
    assert "prefers-color-scheme: dark" in drawn
    assert "<script" not in drawn


def test_a_run_without_points_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="without points"):
        draw(msgspec.structs.replace(soak(), points=[]))
