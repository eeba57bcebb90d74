"""A backup that is made while everybody works, put back into nothing."""

import stat
from collections import Counter
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from threading import Event, Thread

import pytest
from click.testing import CliRunner, Result

from plugin.backup.copying import Backup
from plugin.backup.naming import open_place
from plugin.backup.putting_back import Restore
from plugin.bootstrap import Application
from plugin.cli import main
from plugin.clock import utc_now
from plugin.domain.frame import frame_id
from plugin.stores.backends.locating import open_store
from plugin.stores.frames.spool import Spool
from tests.samples import box, encoded, jpeg, prediction
from tests.server.rsgi import Client

SHOTS = 24


def post(client: Client, key: str, number: int) -> None:
    form = {
        "event_id": f"shot-{number}", "prediction": encoded(prediction(box())),
        "image": (BytesIO(jpeg(seed=number)), "shot.jpg"),
    }  # fmt: skip
    bearer = {"Authorization": f"Bearer {key}"}
    answer = client.post("/v1/projects/parts/events", headers=bearer, data=form)
    assert answer.get_json()["outcome"] == "kept"


def lsal(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def work_on(application: Application, client: Client, key: str, until: Event) -> None:
    """Post more, and move what waits on: into tasks, aside, and back to wait."""
    spool, number = Spool(application.store), SHOTS
    while not until.is_set():
        post(client, key, number)
        number += 1
        for index, frame in enumerate(spool.frames("parts", spool.pending("parts"))[:3]):
            if index == 0:
                spool.mark_failed(frame, "for now", utc_now())
            else:
                spool.mark_all_imported("2026-11-23", [(frame, number * 10 + index)], utc_now())
        for failed in spool.failed_ids("parts")[:1]:
            spool.retry("parts", failed)


@pytest.mark.parametrize("place", ["backup", "backup.tar"])
def test_what_was_answered_before_is_there_once(
    reachable: Application, client: Client, key: str, tmp_path: Path, place: str
) -> None:
    for number in range(SHOTS):
        post(client, key, number)
    until = Event()
    worker = Thread(target=work_on, args=(reachable, client, key, until))
    worker.start()
    try:
        made = lsal("backup", str(tmp_path / place), "--verify")
    finally:
        until.set()
        worker.join()
    assert made.exit_code == 0, made.output
    assert "every sum is right" in made.output and "keep it as safe as the Store" in made.output
    rmtree(tmp_path / "store")
    reachable.redis.flushall()

    restored = lsal("restore", str(tmp_path / place))

    assert restored.exit_code == 0, restored.output
    assert restored.output.splitlines()[-1] == "Next, before a worker starts: lsal rebuild"
    spool = Spool(reachable.store)
    waiting = spool.frames("parts", spool.pending("parts"))
    tasks = [each.frame for each in spool.imported("parts")]
    found = Counter(each.frame_id for each in (*waiting, *tasks))
    aside = {each.frame.frame_id for each in spool.failed("parts")}
    expected = {frame_id("parts", f"shot-{number}") for number in range(SHOTS)}
    assert expected <= found.keys() | aside
    assert set(found.values()) == {1}
    assert all(spool.image(frame) for frame in (*waiting, *tasks))
    assert reachable.deployments.authenticate(key).name == "line-3"
    settings = reachable.history.newest("parts").settings
    memory = reachable.restorer.restore(settings, utc_now())
    assert sum(map(len, memory.events.values())) == len(found.keys() | aside)


def test_a_second_backup_copies_what_changed_and_the_first_stays(
    reachable: Application, client: Client, key: str, tmp_path: Path
) -> None:
    post(client, key, 1)
    place = open_place(str(tmp_path / "backup"), reachable.store)
    # An hour from now, so that nothing is so young that it has to be looked at again.
    clock = lambda: utc_now() + timedelta(hours=1)  # noqa: E731
    first = Backup(reachable.store, place, clock).run()
    post(client, key, 2)
    second = Backup(reachable.store, place, clock).run()
    assert first.copied == first.objects
    assert (second.objects - first.objects, second.copied) == (2, 2)
    again = open_store(str(tmp_path / "again"))
    Restore(again, place, "backup").run(first.name)
    assert Spool(again).pending("parts") == [frame_id("parts", "shot-1")]


def test_nobody_else_may_read_it(reachable: Application, tmp_path: Path) -> None:
    lsal("backup", str(tmp_path / "b.tar"))
    lsal("backup", str(tmp_path / "b"))
    made = [tmp_path / "b.tar", tmp_path / "b", *(tmp_path / "b").rglob("*.json*")]
    assert len(made) == 4
    assert all(stat.S_IMODE(each.stat().st_mode) & 0o077 == 0 for each in made)


def test_secrets_are_left_out_and_that_is_said(
    reachable: Application, key: str, tmp_path: Path
) -> None:
    made = lsal("backup", str(tmp_path / "b.tar"), "--without-secrets")
    assert "deployments/, secrets/ left out; deployments are to be made anew" in made.output
    rmtree(tmp_path / "store")
    assert "with new keys" in lsal("restore", str(tmp_path / "b.tar")).output
    assert not reachable.deployments.of_project("parts")
    assert reachable.history.projects() == ["parts"]


def test_from_bucket_to_bucket(
    bucket: str, monkeypatch: pytest.MonkeyPatch, application: Application, tmp_path: Path
) -> None:
    store = open_store(f"{bucket}/store")
    for key in ("projects/parts/settings/000001.json", "projects/parts/images/ab/x.jpg", "new/x"):
        store.put(key, key.encode())
    monkeypatch.setenv("STORE_URL", f"{bucket}/store")
    assert lsal("backup", f"{bucket}/backup", "--verify").exit_code == 0
    monkeypatch.setenv("STORE_URL", f"{bucket}/other")
    assert lsal("restore", f"{bucket}/backup").exit_code == 0
    other = open_store(f"{bucket}/other")
    assert sorted(other.folders("")) == ["new", "projects"]
    assert other.get("projects/parts/images/ab/x.jpg") == b"projects/parts/images/ab/x.jpg"
