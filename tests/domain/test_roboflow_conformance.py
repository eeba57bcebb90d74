"""We decide as Roboflow Inference does, but for what the table names."""

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.roboflow import CASES, DIFFERENT, Case, check, period, sampled

DOC = (Path(__file__).resolve().parents[2] / "docs" / "roboflow.md").read_text()
SAMPLING = [
    pytest.param(each, id=f"{each['id']}: {each['note']}")
    for each in CASES
    if each["kind"] == "sampling"
]
BATCH_NAMES = [
    pytest.param(each, id=f"{each['id']}: {each['note']}")
    for each in CASES
    if each["kind"] == "batch_name"
]


@pytest.mark.parametrize("case", SAMPLING)
def test_what_matches(case: Case) -> None:
    check(case, sampled(case))


@pytest.mark.parametrize("case", SAMPLING)
def test_what_matches_once_the_settings_were_stored(case: Case) -> None:
    check(case, sampled(case, stored=True))


@pytest.mark.parametrize("case", BATCH_NAMES)
def test_periods_of_batches(case: Case) -> None:
    check(case, period(case))


def test_no_case_is_left_out() -> None:
    kinds = Counter(each["kind"] for each in CASES)
    assert kinds == {"sampling": 92, "limits": 12, "batch_name": 6}
    assert len({each["id"] for each in CASES}) == 110
    assert set(DIFFERENT) <= {each["id"] for each in CASES}


def test_the_numbers_in_the_documentation_are_true() -> None:
    equal = len(CASES) - len(DIFFERENT)
    assert f"{equal} answers are equal, {len(DIFFERENT)} differ on purpose" in DOC


@pytest.mark.parametrize("case_id", DIFFERENT)
def test_every_difference_is_documented(case_id: str) -> None:
    assert f"`{case_id}`" in DOC
