"""A little of everything that `make fuzz` does, so that no target rots; always the same input."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from redis import Redis

from tests.fuzz.requests.groups import groups
from tests.fuzz.requests.running import wrong
from tests.fuzz.requests.site import Site, site
from tests.fuzz.targets import all_targets
from tests.fuzz.trying import Failure, tried

INPUTS, REQUESTS = 150, 25


def test_parsers_accept_or_refuse(tmp_path: Path) -> None:
    failures = []
    for target in all_targets(tmp_path):
        verdicts = [tried(target, target.input(number)) for number in range(INPUTS)]
        failures += [each for each in verdicts if isinstance(each, Failure)]
        # A target that refuses whatever it is given tests nothing.
        assert "accepted" in verdicts or target.name == "Label Studio: an error", target.name
    assert not failures, "\n".join(f"{each.target}: {each.said}" for each in failures[:5])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Site]:
    with Redis.from_url(redis_url) as client:
        client.flushdb()
    with site(tmp_path_factory.mktemp("site"), redis_url) as found:
        yield found


def test_requests_are_answered_without_a_defect(running: Site, tmp_path: Path) -> None:
    answers = []
    for name, make in groups(running.routes, tmp_path).items():
        for number in range(REQUESTS):
            asked = make(Random(f"{name} {number}"))
            answer = running.ask(asked)
            answers.append(answer.status)
            assert not wrong(asked, answer), (name, answer, asked.data[:500])
    assert {200, 303, 401, 403, 404, 422} <= set(answers)
