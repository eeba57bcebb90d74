"""Stopping a worker in the midst of an import: that is finished first, nothing is left over."""

import os
import signal
import subprocess
import sys

import pytest

from plugin.bootstrap import Application
from tests.integration.faulty import IMPORT, FaultyLabelStudio
from tests.integration.importing import add_project, keep_frames, shots
from tests.integration.test_recovery import PROJECT, check_all_there


@pytest.fixture
def changes(proxy: FaultyLabelStudio) -> dict[str, str]:
    return {"LABEL_STUDIO_URL": proxy.url}


def test_the_import_under_way_is_finished_and_no_other_begun(
    parts: Application, proxy: FaultyLabelStudio
) -> None:
    add_project(parts, PROJECT)
    frames = keep_frames(parts, PROJECT, *shots(3))
    proxy.add("hold", IMPORT)
    parts.queue.force(PROJECT)
    jobs = parts.redis.llen("rq:queue:lsal")
    config = parts.config
    environment = {
        **os.environ, "STORE_URL": config.store_url, "REDIS_URL": config.redis_url,
        "LABEL_STUDIO_URL": proxy.url,
        "LABEL_STUDIO_API_KEY": config.label_studio_api_key.get_secret_value(),
    }  # fmt: skip
    command = [sys.executable, "-m", "plugin.cli", "worker"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as worker:
        try:
            assert proxy.held.wait(60)
            os.killpg(worker.pid, signal.SIGINT)  # Ctrl-C, which all of the group hears
            worker.send_signal(signal.SIGTERM)  # at once, as some send both: it counts as one
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(0.3)
            proxy.go_on.set()
            assert worker.wait(60) == 0
        finally:
            proxy.go_on.set()
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
    check_all_there(parts, frames)
    assert proxy.count(IMPORT) == 1
    assert parts.redis.llen("rq:queue:lsal") == jobs - 1 >= 1
