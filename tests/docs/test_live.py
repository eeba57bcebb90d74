"""The commands and programs of documents work as they stand there, in their order."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from plugin.clock import utc_now
from tests.docs.blocks import DOCS, ROOT, blocks_of, name_of
from tests.docs.live import (
    ELSEWHERE,
    LIVE,
    SECRET,
    addressed,
    prepare,
    run_programs,
    run_scripts,
)
from tests.docs.stand_ins import modules
from tests.samples import settings
from tests.served import Served, served

API = DOCS / "api.md"
LANGUAGES = {page: {block.language for block in blocks_of(page)} for page in LIVE}
WITH_SCRIPTS = [page for page in LIVE if "sh" in LANGUAGES[page] and page != API]
WITH_PROGRAMS = [page for page in LIVE if "python" in LANGUAGES[page]]

needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="no curl")


@pytest.fixture(scope="module")
def server(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the project `parts`, which keeps every dent below 60 %."""
    with served(tmp_path_factory.mktemp("docs"), redis_url, settings()) as running:
        yield running


@pytest.fixture
def page(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page, in a folder with what its commands find, which is a home, too."""
    found = Path(request.param)
    prepare(tmp_path, found)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, module in modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    return found


@pytest.fixture
def key(server: Served, page: Path) -> str:
    """A deployment's key of the page's own."""
    name = f"{page.stem}-{utc_now():%f}"
    return server.application.deployments.register("parts", name, utc_now())[1]


@pytest.fixture
def secret(server: Served, page: Path, key: str) -> str:
    """A signing secret of that deployment, where the page is about signing; else any."""
    if page.stem != "deployments":
        return SECRET
    deployments = server.application.deployments
    return deployments.sign(deployments.authenticate(key))[1]


@needs_curl
@pytest.mark.parametrize("page", WITH_SCRIPTS, ids=name_of, indirect=True)
def test_its_commands_work(server: Served, page: Path, key: str, secret: str) -> None:
    said = run_scripts(page, server, key, secret)
    posts = any("/events" in block.text for block in blocks_of(page) if block.language == "sh")
    assert ('"outcome":"kept"' in said) == posts, said


@pytest.mark.parametrize("page", WITH_PROGRAMS, ids=name_of, indirect=True)
def test_its_programs_work(server: Served, page: Path, key: str, secret: str) -> None:
    names = run_programs(page, server, key, secret)
    made_clients = any("ActiveLearningClient(" in block.text for block in blocks_of(page))
    assert (names["sent"] > 0) == made_clients
    if page.stem == "deployments":
        assert names["answer"].json()["outcome"] == "no_rule_matched"
    if page.stem == "ultralytics":
        answer = httpx.post(
            f"{server.url}/v1/projects/parts/events",
            headers={"Authorization": f"Bearer {key}"},
            json=names["body"],
        )
        assert answer.json()["outcome"] == "kept"


@needs_curl
@pytest.mark.parametrize("page", [API], ids=name_of, indirect=True)
def test_what_the_api_answers(server: Served, page: Path, key: str) -> None:
    ran = run_scripts(page, server, key)
    said = [msgspec.json.decode(line) for line in ran.splitlines() if line]
    kept, uploaded, form, refused, bad, unchanged, taken = said
    assert (kept["outcome"], "upload" in kept) == ("kept", True)
    assert (uploaded["outcome"], uploaded["frame_id"]) == ("kept", kept["frame_id"])
    assert form["outcome"] == "kept"
    assert refused == {"outcome": "no_rule_matched"}
    assert (bad["line"], bad["errors"][0]["field"]) == (2, "prediction.boxes[0].class")
    assert (unchanged, taken) == (304, {"taken": True})
    assert {kept["frame_id"], form["frame_id"]} <= set(server.application.spool.pending("parts"))


def test_addresses_are_put_in_their_place() -> None:
    text = "curl https://lsal.example.com/v1 -H 'Bearer lsal_…'"
    assert addressed(text, "http://127.0.0.1:1", "k") == "curl http://127.0.0.1:1/v1 -H 'Bearer k'"


def test_what_runs_elsewhere_is_there() -> None:
    assert all((ROOT / test).is_file() for test in ELSEWHERE.values())
