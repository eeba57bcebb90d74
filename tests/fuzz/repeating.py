"""One input that failed, tried once more."""

from pathlib import Path

from tests.fuzz.requests.asking import SESSION, Ask
from tests.fuzz.requests.running import SLUG, wrong
from tests.fuzz.requests.site import site
from tests.fuzz.targets import all_targets
from tests.fuzz.trying import Failure, tried


def repeat(path: Path, folder: Path, redis_url: str) -> str:
    """What is wrong with the input in a file, as its folder says whose it is; "" for nothing.

    A request is sent to a server of its own, by somebody who is signed in as a manager where it
    has a session.
    """
    data, slug = path.read_bytes(), path.parent.name
    if slug == SLUG:
        is_raw = path.with_suffix(".txt").read_text().startswith("raw HTTP")
        who = "manager" if SESSION in data else ""
        wanted = Ask(slug, data, who, is_raw=is_raw)
        with site(folder, redis_url) as running:
            return wrong(wanted, running.ask(wanted))
    target = next(each for each in all_targets(folder) if each.slug == slug)
    verdict = tried(target, data)
    return verdict.said if isinstance(verdict, Failure) else ""
