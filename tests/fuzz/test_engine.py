"""The fuzzing itself: that a failure is one, that it is made small, that growth is seen."""

import json
from pathlib import Path
from random import Random

import psutil
import pytest

from plugin.domain.errors import InvalidInputError
from tests.fuzz.mutating import Material
from tests.fuzz.rechunking import rechunked
from tests.fuzz.requests.asking import Answer, Ask, request, with_length
from tests.fuzz.requests.running import wrong
from tests.fuzz.restructuring import restructured
from tests.fuzz.target import Target
from tests.fuzz.trying import Failure, minimised, tried
from tests.fuzz.watching import Memory
from tests.fuzz.working import note
from tests.image_samples import full_png, full_webp
from tests.pages import write_part


def stumbles(data: bytes) -> None:
    if b"refuse" in data:
        raise InvalidInputError
    if b"X" in data and b"Y" in data:
        raise KeyError(data)


BROKEN = Target("broken", stumbles, [b"a good sample"])


def test_what_is_not_documented_is_a_failure_and_is_made_small() -> None:
    assert tried(BROKEN, b"fine") == "accepted"
    assert tried(BROKEN, b"refuse X and Y") == "refused"
    failure = tried(BROKEN, b"some X, and more of it, then Y, and so on")
    assert isinstance(failure, Failure)
    assert failure.where.startswith("KeyError at test_engine.py:")
    assert minimised(BROKEN, failure).data == b"XY"


def test_a_failure_is_written_once_for_each_cause(tmp_path: Path) -> None:
    for data in (b"1X Y", b"2XY"):
        failure = tried(BROKEN, data)
        assert isinstance(failure, Failure)
        note(tmp_path, BROKEN, failure)
    [written] = tmp_path.glob("broken/*.input")
    assert written.read_bytes() in {b"XY", b"X Y"}
    assert "KeyError" in written.with_suffix(".txt").read_text()


def test_an_input_is_made_by_its_number() -> None:
    good = json.dumps({"boxes": [{"class": "dent", "xyxy": [1, 2, 3, 4]}]}).encode()
    targets = [Target("json", stumbles, [b"\1" + good], head=1) for _ in range(2)]
    inputs = [[each.input(number) for number in range(300)] for each in targets]
    assert inputs[0] == inputs[1]
    assert inputs[0][0] == b"\1" + good
    assert len(set(inputs[0])) > 250


def test_a_tree_is_changed_and_the_sample_is_not() -> None:
    sample = {"boxes": [{"class": "dent"}]}
    made = {restructured(sample, Random(number), ["boxes", "class"]) for number in range(200)}
    assert len(made) > 100
    assert sample == {"boxes": [{"class": "dent"}]}


@pytest.mark.parametrize("data", [full_png(), full_webp()], ids=["PNG", "WebP"])
def test_chunks_change_and_what_is_around_them_fits(data: bytes) -> None:
    made = [rechunked(data, Random(number), Material([data])) for number in range(100)]
    assert len(set(made)) > 80
    if data.startswith(b"RIFF"):
        assert all(int.from_bytes(each[4:8], "little") + 8 <= len(each) for each in made)


def test_growth_is_what_is_more_than_at_a_quarter() -> None:
    steady, growing = Memory(), Memory()
    steady.seen = [(second, 200_000_000 + second) for second in range(1, 41)]
    growing.seen = [(second, 200_000_000 + 2_000_000 * second) for second in range(1, 41)]
    assert not steady.has_grown
    assert growing.has_grown
    assert (growing.at_quarter, growing.at_end) == (220_000_000, 280_000_000)
    steady.note(41, psutil.Process())
    assert steady.at_end > 10_000_000


@pytest.mark.parametrize(
    ("answer", "may_be_away", "said"),
    [
        (Answer(422, 0.1), False, ""),
        (Answer(500, 0.1), True, "answered 500"),
        (Answer(503, 0.1), False, "answered 503"),
        (Answer(503, 0.1), True, ""),
        (Answer(0, 10.0, "no answer in 10 s"), True, "no answer in 10 s"),
    ],
)
def test_an_answer_is_wrong_or_not(answer: Answer, said: str, *, may_be_away: bool) -> None:
    assert wrong(Ask("group", b"GET / HTTP/1.1\r\n\r\n", may_be_away=may_be_away), answer) == said


def test_a_request_is_filled_in_before_its_length_is_said() -> None:
    asked = request("POST", "/x", {"A": "b\r\nc"}, b"token=%%token%%")
    data = with_length(asked, {b"%%token%%": b"12345"})
    assert data.endswith(b"\r\nA: b  c\r\nContent-Length: 11\r\n\r\ntoken=12345")


def test_a_part_of_a_page_leaves_the_others_alone(tmp_path: Path) -> None:
    page = tmp_path / "faults.md"
    for name, text in (("a", "one"), ("b", "two \\1"), ("a", "three")):
        write_part(page, name, text)
    said = page.read_text()
    assert said == (
        "<!-- a -->\n\nthree\n\n<!-- end of a -->\n\n<!-- b -->\n\ntwo \\1\n\n<!-- end of b -->\n"
    )
