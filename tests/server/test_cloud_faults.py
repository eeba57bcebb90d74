"""A bucket that refuses, fails, loses answers or is not there: what is kept, and what is said."""

import multiprocessing
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.domain.errors import InvalidInputError, NotFoundError, StoreError
from plugin.readiness import CloudCheck, store_check
from plugin.stores.backends.cloud_errors import reason_of
from plugin.stores.backends.folder import FolderStore
from plugin.stores.backends.locating import open_store
from plugin.stores.objects import ObjectStore, Pair
from tests.server.faulty_s3 import Fault, FaultyS3

DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
PAIRS = [Pair(f"images/{n}.jpg", b"image", f"records/{n}.json", b"record") for n in range(16)]


@pytest.fixture
def store(s3: FaultyS3, bucket: str) -> ObjectStore:
    return open_store(f"{bucket}/store")


def test_of_a_group_that_fails_no_record_stays(s3: FaultyS3, store: ObjectStore) -> None:
    store.create("records/3.json", b"of somebody else")
    s3.faults = [Fault("PUT", "/records/7.json", 403, DENIED)]
    with pytest.raises(StoreError, match="permit too little"):
        store.create_pairs(PAIRS)
    assert list(store.keys("records/")) == ["records/3.json"]
    assert store.get("records/3.json") == b"of somebody else"
    s3.faults = []
    assert store.create_pairs(PAIRS).count(True) == 15


def test_a_record_whose_answer_was_lost_is_removed_with_its_group(
    s3: FaultyS3, store: ObjectStore
) -> None:
    s3.faults = [Fault("PUT", "/records/7.json", 403, DENIED, after=True)]
    with pytest.raises(StoreError):
        store.create_pairs(PAIRS)
    assert list(store.keys("records/")) == []


def test_without_its_image_no_record_is_written(s3: FaultyS3, store: ObjectStore) -> None:
    s3.faults = [Fault("PUT", "/images/7.jpg", 403, DENIED)]
    with pytest.raises(StoreError):
        store.create_pairs(PAIRS)
    assert list(store.keys("records/")) == []


def test_who_creates_and_is_answered_500_has_created_it(s3: FaultyS3, store: ObjectStore) -> None:
    """The client asks again by itself, and meets what its first try had written."""
    s3.faults = [Fault("PUT", "/a.json", 500, after=True, times=1)]
    assert store.create("b/a.json", b"x")
    assert not store.create("b/a.json", b"x")


def test_an_answer_500_or_two_are_not_even_noticed(s3: FaultyS3, store: ObjectStore) -> None:
    store.put("b/a.json", b"x")
    s3.faults = [Fault(method, "/a.json", 500, times=2) for method in ("GET", "PUT", "HEAD")]
    assert store.get("b/a.json") == b"x"
    assert store.exists("b/a.json")
    store.put("b/a.json", b"y")
    assert store.get("b/a.json") == b"y"


def test_what_is_not_there_is_told_from_a_store_that_is_not(
    store: ObjectStore, s3: FaultyS3
) -> None:
    with pytest.raises(NotFoundError):
        store.get("b/a.json")
    with pytest.raises(StoreError, match="there is no such bucket"):
        open_store("s3://nowhere").get("b/a.json")
    s3.faults = [Fault("GET", "", 403, DENIED), Fault("HEAD", "", 403)]
    for act in (store.get, store.exists, lambda key: list(store.keys(f"{key}/")), store.folders):
        with pytest.raises(StoreError, match="Store: s3://lsal-") as caught:
            act("b/a")
        assert isinstance(caught.value, OSError)
        assert "127.0.0.1" not in str(caught.value)


def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")


def test_readiness_says_what_is_wrong(
    store: ObjectStore, s3: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CloudCheck(store)() == ""
    assert list(store.keys("probes/")) == []
    assert CloudCheck(open_store("s3://nowhere"))() == "s3://nowhere: there is no such bucket"
    s3.unconditional = True
    assert "conditional writes" in CloudCheck(store)()
    s3.unconditional = False
    for code, said in {"InvalidAccessKeyId": "not accepted", "AccessDenied": "too little"}.items():
        s3.faults = [Fault("PUT", "", 403, DENIED.replace("AccessDenied", code))]
        assert said in CloudCheck(store)()
    closed(monkeypatch)
    said = CloudCheck(open_store("s3://nowhere"))()
    assert said == "s3://nowhere: does not answer: Connection refused"


def test_readiness_reads_often_and_writes_once_a_minute(s3: FaultyS3, store: ObjectStore) -> None:
    passed = 0.0
    check = CloudCheck(store, lambda: passed)
    assert check() == ""
    s3.faults = [Fault("PUT", "", 403, DENIED)]
    passed = 59.0
    assert check() == ""
    passed = 60.0
    assert "permit too little" in check()
    passed = 61.0
    assert "permit too little" in check()
    s3.faults = []
    assert check() == ""
    s3.faults = [Fault("GET", "", 403, DENIED)]
    assert "permit too little" in check()


def test_a_folder_is_asked_as_a_folder(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    assert CloudCheck(store)() == store_check(store.root) == ""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://somewhere", "STORE_URL: 'ftp://somewhere', expected a folder, file:///…, s3://"),
        ("s3://", "expected s3://bucket or s3://bucket/prefix"),
        ("s3://key:secret@bucket", "expected s3://bucket or s3://bucket/prefix"),
        ("file:///store?sync=often", "expected ?sync=full or ?sync=fast"),
        ("file:///store?fast", "expected ?sync=full or ?sync=fast"),
    ],
)
def test_an_address_of_no_store_is_refused(url: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        open_store(url)
    assert said in str(caught.value)


def test_commands_say_what_is_wrong(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(url: str) -> str:
        monkeypatch.setenv("STORE_URL", url)
        return CliRunner().invoke(main, ["project", "list"]).output

    assert told("s3://nowhere") == "Error: Store: s3://nowhere: there is no such bucket\n"
    assert told("ftp://nowhere").startswith("Error: STORE_URL: 'ftp://nowhere', expected a folder")
    assert told(bucket) == ""
    closed(monkeypatch)
    assert told(bucket) == f"Error: Store: {bucket}: does not answer: Connection refused\n"


def test_other_clouds_are_opened_with_their_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(StoreError, match="Account must be specified"):
        open_store("az://container/a")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "example")
    assert open_store("az://container/a").location("b") == "az://container/a/b"
    assert open_store("gs://bucket").location("b/c") == "gs://bucket/b/c"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PUT http://169.254.169.254/latest/api/token in 2ms - HTTP error", "no credentials"),
        ("GET https://a.example.com/b?sig=secret - dns error", "its host is not known"),
        ("GET https://a.example.com/b?sig=secret\n kind: Timeout", "does not answer in time"),
        ("GET https://a.example.com/b?sig=secret - odd", "GET https://a.example.com/b - odd"),
        ("status code: 502 Bad Gateway: <html>", "answered 502 Bad Gateway"),
        ("<Code>SlowDown</Code><Message>Please reduce</Message>", "SlowDown: Please reduce"),
    ],
)
def test_reasons_are_short_and_hold_no_secret(text: str, said: str) -> None:
    assert reason_of(OSError(text)).startswith(said)
    assert "secret" not in reason_of(OSError(text))


def test_a_process_that_forks_too_late_is_told(store: ObjectStore) -> None:
    store.put("a/b", b"")
    queue = multiprocessing.get_context("fork").SimpleQueue()

    def child() -> None:
        try:
            store.get("a/b")
        except RuntimeError as error:
            queue.put(str(error))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert "forked" in queue.get()


@pytest.mark.parametrize("command", ["serve", "worker", "scheduler"])
def test_no_process_starts_with_an_address_of_no_store(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_URL", "ftp://nowhere")
    said = CliRunner().invoke(main, [command])
    assert (said.exit_code, said.output.startswith("Error: STORE_URL: 'ftp://")) == (1, True)
