"""Every group of requests in turn, until the time is over and enough were sent."""

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.fuzz.requests import documented
from tests.fuzz.requests.asking import Answer, Ask
from tests.fuzz.requests.groups import groups
from tests.fuzz.requests.site import Site
from tests.fuzz.trying import Failure
from tests.fuzz.watching import Memory
from tests.fuzz.working import keep

A_ROUND = 100
"""Requests of a group before it is another's turn."""

SLUG = "requests"


@dataclass
class Group:
    """What came of one group: answers by status class, and the slowest (seconds)."""

    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    failures: int = 0


@dataclass
class Asked:
    """What came of all requests."""

    groups: dict[str, Group] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """Requests that were sent."""
        return sum(sum(group.answers.values()) for group in self.groups.values())


def send_all(site: Site, seconds: float, number: int, found: Path, examples: int = 15) -> Asked:
    """Send requests for a time and until there were so many; what fails is written to `found`.

    Args:
        site: the server.
        seconds: how long.
        number: how many at least.
        found: folder of the failures.
        examples: of each operation of the document and each kind, in a round.
    """
    asked, begun, turn = Asked(), time.monotonic(), 0
    made = groups(site.routes, found.with_name("bodies"))

    def ask(wanted: Ask) -> None:
        _note(asked, wanted, site.ask(wanted), found)

    while asked.seconds < seconds or asked.total < number:
        for name, make in made.items():
            for at in range(turn * A_ROUND, (turn + 1) * A_ROUND):
                ask(make(Random(f"{name} {at}")))
        documented.ask_all(turn, examples, ask)
        turn += 1
        asked.seconds = time.monotonic() - begun
        asked.memory.note(asked.seconds, site.process)
    return asked


def _note(asked: Asked, wanted: Ask, answer: Answer, found: Path) -> None:
    group = asked.groups.setdefault(wanted.group, Group())
    group.answers[_class_of(answer.status)] += 1
    group.slowest = max(group.slowest, answer.seconds)
    if problem := wrong(wanted, answer):
        group.failures += 1
        first = wanted.data.partition(b"\r\n")[0][:60].decode("latin-1")
        where = f"{problem} to {first.partition('?')[0]}"
        keep(found, Failure(wanted.group, where, f"{wanted.who}: {answer}", wanted.data), SLUG)


def _class_of(status: int) -> str:
    return "closed" if not status else "503" if status == 503 else f"{status // 100}xx"


def wrong(wanted: Ask, answer: Answer) -> str:
    """What is wrong with an answer; "" for nothing."""
    if answer.problem:
        return answer.problem
    if answer.status == 503 and wanted.may_be_away:
        return ""
    return f"answered {answer.status}" if answer.status >= 500 else ""
