"""Strange input for every parser and every endpoint: `python -m tests.fuzz --help`.

A run of everything writes its part of docs/faults.md. The status is 1 where anything failed.
"""

import argparse
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mirakuru import TCPExecutor
from redis import Redis

from plugin.clock import utc_now
from plugin.demo import programs
from plugin.demo.processes import free_port
from tests.fuzz.repeating import repeat
from tests.fuzz.report import failures_in, is_right, report, verdict
from tests.fuzz.requests.running import Asked, send_all
from tests.fuzz.requests.site import site
from tests.fuzz.targets import all_targets
from tests.fuzz.watching import watch
from tests.pages import FAULTS, write_part

SECONDS, INPUTS, REQUESTS = 900.0, 1_000_000, 20_000
PARSING = 0.5
"""The share of the time that parsers have; requests have the rest."""

log = logging.getLogger("fuzz")


def main(arguments: argparse.Namespace) -> int:
    """Fuzz, or repeat one input; the exit status."""
    logging.basicConfig(level=logging.INFO, format="› %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if arguments.repeat:
        return _repeated(arguments.repeat)
    folder = Path(tempfile.mkdtemp(prefix="lsal-fuzz-"))
    found, seconds = folder / "failures", arguments.seconds
    targets = all_targets(folder / "files")
    log.info("%d parsers for %.0f s, at least %d inputs", len(targets), seconds * PARSING, INPUTS)
    inputs = 0 if arguments.only else INPUTS
    watched = watch(targets, seconds * PARSING, inputs, found, arguments.only)
    asked, redis = Asked(), ""
    if not arguments.only:
        log.info("%d inputs; requests, at least %d", watched.board.total, REQUESTS)
        with _redis(folder) as url, site(folder / "site", url) as running:
            redis = Redis.from_url(url).info("server").get("server_name", "redis").capitalize()
            asked = send_all(running, seconds * (1 - PARSING), REQUESTS, found)
        text = report(targets, watched, asked, found, (redis, utc_now()))
        write_part(FAULTS, "fuzz", text)
    failures = failures_in(found)
    log.info(
        "%d inputs, %d requests. %s",
        watched.board.total,
        asked.total,
        verdict(watched, asked, failures),
    )
    for path in sorted(found.rglob("*.input")):
        log.warning("%s\nmake fuzz ARGS='--repeat %s'", path.with_suffix(".txt").read_text(), path)
    if not is_right(watched, asked, failures):
        return 1
    shutil.rmtree(folder)
    return 0


def _repeated(path: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="lsal-fuzz-") as name:
        folder = Path(name)
        with _redis(folder) as url:
            said = repeat(path, folder / "again", url)
    log.info("%s", said or "nothing is wrong with it any more")
    return 1 if said else 0


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    """The address of a Redis or Valkey of our own."""
    port = free_port(0)
    program = programs.redis(folder / "redis", port)
    with TCPExecutor(list(program.command), "127.0.0.1", port, timeout=30):
        yield f"redis://127.0.0.1:{port}/0"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long, at least (900)")
    parser.add_argument("--only", default="", help="words of a parser's name; no requests then")
    parser.add_argument("--repeat", type=Path, help="a file of an input that failed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(_arguments()))
