"""What grows is found, what stays is not."""

from random import Random

import pytest

from benchmarks.soak.results import Sample, points
from benchmarks.soak.verdicts import fifths, pages_steady, steadiness
from tests.soak.samples import FAMILIES, histogram, sample

NUMBER = 50


def run(**growing: object) -> list[Sample]:
    """Samples whose last fifth is otherwise."""
    return [sample(n, **(growing if n >= 0.8 * NUMBER else {})) for n in range(NUMBER)]


def missed(samples: list[Sample]) -> list[str]:
    return [verdict.what for verdict in steadiness(samples) if not verdict.holds]


def test_what_stays_as_it_is_holds() -> None:
    assert missed(run()) == []


def test_noise_is_no_growth() -> None:
    random = Random(1)
    samples = [
        sample(
            n,
            memory={each: random.uniform(98, 102) for each in FAMILIES},
            pending=random.randint(0, 200),
            all=histogram(*(random.uniform(0.001, 0.010) for _ in range(100))),
        )
        for n in range(NUMBER)
    ]
    assert missed(samples) == []


@pytest.mark.parametrize(
    ("growing", "what"),
    [
        ({"memory": dict.fromkeys(FAMILIES, 100.0) | {"serve": 109.5}}, "memory of serve"),
        ({"memory": dict.fromkeys(FAMILIES, 100.0) | {"worker": 110.0}}, "memory of worker"),
        ({"valkey": 10.0}, "memory of Valkey"),
        ({"all": histogram(0.001, 0.021)}, "p99 of all answers"),
        ({"stored": histogram(0.030)}, "p99 of answers to kept frames"),
        ({"pending": 500}, "frames in the spool"),
        ({"files": dict.fromkeys(FAMILIES, 30) | {"scheduler": 50}}, "open files of scheduler"),
        ({"keys": {"rq": 500, "lsal": 50}}, "RQ's keys in Redis"),
    ],
)
def test_what_grows_is_named(growing: dict[str, object], what: str) -> None:
    assert missed(run(**growing)) == [what]


def test_label_studio_may_grow() -> None:
    assert missed(run(memory=dict.fromkeys(FAMILIES, 100.0) | {"label studio": 900.0})) == []


def test_fifths_go_by_time() -> None:
    second, last = fifths([sample(n) for n in range(NUMBER)])
    assert [each.at for each in second] == [5.0 * n for n in range(11, 21)]
    assert [each.at for each in last] == [5.0 * n for n in range(41, 51)]


def test_of_too_few_samples_nothing_is_said() -> None:
    with pytest.raises(ValueError, match="too few"):
        steadiness([sample(0), sample(1)])


def test_neighbours_are_put_together() -> None:
    found = points([sample(n) for n in range(25)], limit=10)
    assert len(found) == 9
    assert (found[0].at, found[-1].at) == (15, 125)
    assert sum(each.sent for each in found) == 25_000
    assert found[1].imported_per_s == pytest.approx(8), "40 frames in 5 s"
    assert points([]) == []


def test_pages_are_held_against_those_before() -> None:
    alike = [(float(at), 0.1) for at in range(-20, 110)]
    assert pages_steady(alike, until=100).holds
    slower = [(at, 0.1 if at < 80 else 0.3) for at, _ in alike]
    assert not pages_steady(slower, until=100).holds
    assert pages_steady(slower, until=100).found == "100 → 300 ms"
    assert not pages_steady(alike[:60], until=100).holds, "none was opened at the end"
