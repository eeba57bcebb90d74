"""A process that ends, is killed or forks, and two of them on one folder."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.conftest import MakeClient
from tests.edge.frames import DENT, SURE
from tests.edge.loopback import KEY, Loopback
from tests.edge.waiting import knowing
from tests.samples import jpeg

ROOT = Path(__file__).resolve().parents[2]


def test_two_clients_on_one_folder_do_not_share_it(
    server: Loopback, make_client: MakeClient, folder: Path
) -> None:
    clients = [make_client(server), make_client(server)]
    for number, client in enumerate(clients):
        client.submit(jpeg(), DENT, event_id=f"e{number}")
        assert client.flush()
        assert client.stats().sent == 1
    assert (folder.parent / "1" / "events").is_dir()


def test_what_an_ended_process_left_is_taken_over(away: Loopback, make_client: MakeClient) -> None:
    one, other = knowing(away, make_client), knowing(away, make_client)
    one.submit(jpeg(), DENT, event_id="one")
    other.submit(jpeg(), DENT, event_id="other")
    other.submit(jpeg(), SURE)
    one.close(timeout=0)
    other.close(timeout=0)
    with away.running():
        assert make_client(away).flush()
    assert away.events.keys() == {"one", "other"}
    assert away.counted() == {"no_rule_matched": 1}
    assert len(away.images) == 2


SCRIPT = """
import sys, os, time
from plugin.client import ActiveLearningClient, Options
from tests.edge.frames import DENT, SURE
from tests.samples import jpeg
url, key, spool, how = sys.argv[1:]
options = Options(refresh=0.05, first_wait=0.01, longest_wait=0.05)
client = ActiveLearningClient(url, key, project="parts", spool=spool, options=options)
while not client.stats().rules_version: time.sleep(0.01)
if how == "fork":
    if os.fork() == 0:
        client.submit(jpeg(), DENT, event_id="child")
        client.close()
        os._exit(client.stats().submitted)
    assert os.wait()[1] == 0
client.submit(jpeg(), DENT, event_id="e1")
client.submit(jpeg(), SURE)
if how == "kill":
    while not client.stats().spooled: time.sleep(0.01)
    print("spooled", flush=True)
    time.sleep(60)
"""


def run(server: Loopback, spool: Path, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, server.url, KEY, str(spool), how]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("how", ["plain", "fork"])
def test_a_process_that_ends_flushes_by_itself(server: Loopback, tmp_path: Path, how: str) -> None:
    with run(server, tmp_path, how) as process:
        assert process.wait(timeout=60) == 0
    assert server.events.keys() == {"e1"}
    assert len(server.images) == 1
    assert server.counted() == {"no_rule_matched": 1}


def test_a_process_that_is_killed_loses_nothing_that_was_spooled(
    away: Loopback, make_client: MakeClient, tmp_path: Path
) -> None:
    knowing(away, make_client).close(timeout=0)
    with run(away, tmp_path / "spool", "kill") as process:
        assert process.stdout
        assert process.stdout.readline() == "spooled\n"
        process.send_signal(signal.SIGKILL)
    with away.running():
        assert make_client(away).flush()
    assert (set(away.events), len(away.images)) == ({"e1"}, 1)
