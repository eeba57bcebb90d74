"""A build that is killed leaves the last version as it was, and the next one completes it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from plugin.bootstrap import Application
from plugin.domain.prediction import Box
from tests.reviewed import finish, withdraw
from tests.server.reviewed import opinion, reviewed

DENT = Box("dent", 1.0, (10, 20, 30, 60))
ROOT = Path(__file__).parents[2]


def killed(application: Application, writes: int) -> bool:
    """Build in a process that dies at a write; False where it came to its end before."""
    config = application.config
    done = subprocess.run(
        [sys.executable, "-m", "tests.server.killed_build", config.store_url, str(writes)],
        env=os.environ | {"REDIS_URL": config.redis_url}, cwd=ROOT, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    # Its lock runs out half a minute later.
    application.redis.flushdb()
    return done.returncode != 0


def test_the_last_version_stays_and_the_next_is_whole(application: Application) -> None:
    ids = [reviewed(application, f"image {number}", DENT) for number in range(40)]
    first = application.builder.build("parts")
    before = list(application.training_sets.examples("parts", 1))
    for each in ids[:20]:
        finish(application, each, opinion(Box("bolt", 1.0, (1, 2, 3, 4)), minutes=1))
    withdraw(application, ids[20])
    new = [reviewed(application, f"new {number}", DENT) for number in range(40)]

    writes = 0
    while killed(application, writes):
        assert application.training_sets.newest("parts") == first
        assert list(application.training_sets.examples("parts", 1)) == before
        writes += 1

    # Images anew and as posted, records, their index, the version.
    assert writes == 5
    second = application.training_sets.get("parts", 2)
    assert (second.images, second.changes.changed, second.changes.removed) == (79, 20, 1)
    assert list(application.verifier.verify("parts", 2)) == []
    assert {each.image_id for each in application.training_sets.examples("parts", 2)} == {
        *new, *ids[:20], *ids[21:]
    }  # fmt: skip
    assert list(application.training_sets.examples("parts", 1)) == before
