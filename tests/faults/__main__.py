"""Every fault, a few at a time: `python -m tests.faults [frames in all] [words of a name]`.

A run of all of them writes its part of docs/faults.md. The status is 1 where anything was wrong.
"""

import logging
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from plugin.clock import utc_now
from tests.faults.catalogue import Fault, catalogue
from tests.faults.report import report
from tests.faults.rig import Rig, rig
from tests.faults.running import Outcome, outcomes, strike
from tests.pages import FAULTS, write_part

FRAMES = 2100
ROUND = 8
"""Faults that come one upon the other before all has to come to rest."""

log = logging.getLogger("faults")


def main(frames: int, words: str) -> int:
    """Run the faults whose name contains some words."""
    logging.basicConfig(level=logging.WARNING, format="› %(message)s")
    logging.getLogger("tests").setLevel(logging.INFO)
    log.setLevel(logging.INFO)
    folder = Path(tempfile.mkdtemp(prefix="lsal-faults-"))
    with rig(folder / "data", small_disk=True) as running:
        wanted = [(n, fault) for n, fault in enumerate(catalogue()) if words in fault.name]
        skipped = {fault.name: why for _, fault in wanted if (why := fault.skipped(running))}
        faults = [each for each in wanted if each[1].name not in skipped]
        found: list[Outcome] = []
        for start in range(0, len(faults), ROUND):
            found += _round(running, faults[start : start + ROUND], frames // len(faults) + 1)
        if not words:
            server = running.application.redis.info("server").get("server_name", "redis")
            text = report(found, skipped, server.capitalize(), utc_now())
            write_part(FAULTS, "faults", text)
    return _end(folder, found, len(faults))


def _round(rig: Rig, faults: Sequence[tuple[int, Fault]], frames: int) -> list[Outcome]:
    """Let one fault come upon the other, then wait until all has come to rest."""
    struck = []
    for number, fault in faults:
        try:
            struck.append(strike(rig, fault, number, frames))
        except TimeoutError as error:
            log.warning("%s could not be had: %s", fault.name, error)
    return outcomes(rig, struck)


def _end(folder: Path, found: list[Outcome], expected: int) -> int:
    wrong = [outcome for outcome in found if outcome.findings.faults]
    if wrong or len(found) < expected:
        log.warning("%d of %d faults left something wrong: %s", len(wrong), expected, folder)
        return 1
    log.info("%d faults, all exact", len(found))
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "", ""]
    sys.exit(main(int(arguments[0] or FRAMES), arguments[1]))
