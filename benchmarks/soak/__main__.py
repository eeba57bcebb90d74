"""`python -m benchmarks.soak --minutes 20 [--report docs]`: status 1 where a bound is missed."""

import argparse
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.soak.driving import Driving
from benchmarks.soak.installation import installed
from benchmarks.soak.report import as_table, write
from benchmarks.soak.running import run

LEAST, MOST = 0.5, 240.0
"""Minutes."""


def main() -> int:
    """Run it, say what was found, and write it where that is wanted."""
    asked = _arguments()
    logging.basicConfig(level=logging.WARNING, format="› %(message)s")
    logging.getLogger("soak").setLevel(logging.INFO)
    folder = Path(tempfile.mkdtemp(prefix="lsal-soak-"))
    logging.getLogger("soak").info("everything lies in %s", folder)
    with installed(folder) as installation, Driving(installation.port, installation.key) as driving:
        soak = run(installation, driving, asked.minutes)
    print(as_table(soak))
    if asked.report:
        print(f"\nWritten: {write(asked.report, soak)}")
    if not soak.holds:
        print(f"\nNot all of it holds; everything is still in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=_minutes, default=20.0, help="how long (20)")
    parser.add_argument("--report", type=Path, help="folder in which it is written, like docs")
    return parser.parse_args()


def _minutes(text: str) -> float:
    minutes = float(text)
    if not LEAST <= minutes <= MOST:
        raise argparse.ArgumentTypeError(f"{text} is not from {LEAST} to {MOST} minutes")
    return minutes


if __name__ == "__main__":
    sys.exit(main())
