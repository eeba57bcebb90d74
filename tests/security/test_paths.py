"""No name from outside leads out of its folder: in addresses, keys, archives and sets of files."""

import zipfile
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from plugin.domain.errors import InvalidInputError
from plugin.stores.backends.folder import FolderStore
from plugin.stores.objects import check_key
from plugin.training_set.archive import zipped
from plugin.training_set.formats.contents import File
from plugin.training_set.formats.naming import folder_names
from tests.samples import NOW
from tests.server.rsgi import Client
from tests.server.starting import add_coco, add_image, add_yolo, start
from tests.server.test_starting_sets import as_task
from tests.server.test_whose_pages import NAMES
from tests.signing_in import csrf_token
from webhook_server.app import create_app

WAYS_OUT = (
    "..", "../..", "../../secrets/sessions", "..\\..\\secrets", "....//....//secrets",
    "/etc/passwd", "C:\\Windows\\win.ini", "parts/../../secrets", "parts\0", "parts\n", "\nparts",
    ".hidden", "~", "", "\uff0e\uff0e\uff0f", "\u2024\u2024/", "{{ 7 * 7 }}", "%2e%2e%2fsecrets",
    "-", "\u0661",
)  # fmt: skip
TOO_MUCH = ("a" * 3_000, "con", "99999999999999999999")
"""These lead nowhere else, but there is nothing of such a name."""


def with_each_name(app: Flask, method: str) -> list[tuple[str, str]]:
    """Addresses of every route, one of its names replaced by a way out; and the route."""
    return [
        (rule.rule, _filled(rule.rule, name, way))
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
        for name in rule.arguments
        for way in (*WAYS_OUT, *TOO_MUCH)
    ]


def _filled(rule: str, name: str, way: str) -> str:
    parts = []
    for part in rule.replace(".jpg", "/.jpg").replace(".zip", "/.zip").split("/"):
        if part.startswith("<"):
            known = part.strip("<>").rpartition(":")[2]
            parts.append(way if known == name else NAMES.get(known, "assign"))
        else:
            parts.append(part)
    return "/".join(parts).replace("/.jpg", ".jpg").replace("/.zip", ".zip")


@pytest.fixture
def front(client: Client, signed_in_client: FlaskClient) -> tuple[Client, dict[str, str]]:
    """The server's front, which is given paths as they come out of the percent signs."""
    cookie = signed_in_client.get_cookie("lsal_session")
    assert cookie
    csrf = csrf_token(signed_in_client)
    renewed = signed_in_client.get_cookie("lsal_session")
    assert renewed
    headers = {
        "Cookie": f"lsal_session={renewed.value}",
        "X-CSRFToken": csrf,
        "Accept": "text/html",
    }
    return client, headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_route_finds_anything_by_them(
    front: tuple[Client, dict[str, str]], application: Application, method: str
) -> None:
    before = sorted(application.store.keys("projects/"))
    client, headers = front
    tried = with_each_name(create_app(application), method)
    assert len(tried) > 200
    for route, path in tried:
        asked = path.replace("%", "%25").replace("?", "%3f")
        status = client.ask(method, asked, headers=headers).status_code
        assert 300 <= status < 500, (route, path[:60], status)
    assert sorted(application.store.keys("projects/")) == before


def test_nor_do_deployments(client: Client, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    for way in (*WAYS_OUT, *TOO_MUCH):
        for path in (f"/v1/projects/{way}/events", f"/v1/projects/{way}/counts"):
            assert client.post(path, data=b"{}", headers=headers).status_code in {401, 404, 405}
        assert client.put(f"/v1/uploads/{way}/{way}", data=b"x").status_code in {403, 404, 405}


def test_the_store_has_no_such_key(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for bad in [key for way in WAYS_OUT for key in (way, f"a/{way}", f"{way}/a")]:
        with pytest.raises(ValueError, match="not a key"):
            check_key(bad)
        with pytest.raises(ValueError, match="not a key"):
            store.put(bad, b"x")
    assert list(tmp_path.iterdir()) == []


def test_names_in_an_archive_stay_inside() -> None:
    folders = folder_names((*WAYS_OUT, *TOO_MUCH))
    assert len({name.lower() for name in folders.values()}) == len(WAYS_OUT) + len(TOO_MUCH)
    files = [File(f"train/{name}/a.jpg", b"x") for name in folders.values()]
    with zipfile.ZipFile(BytesIO(b"".join(zipped(files, NOW)))) as archive:
        for name in archive.namelist():
            parts = PurePosixPath(name).parts
            assert len(parts) == 3, name
            assert ".." not in parts and not PurePosixPath(name).is_absolute()
            assert not set(name) & set('\\:*?"<>|\0\n')


def coco_elsewhere(root: Path) -> None:
    add_coco(root / "a.json", ["../outside.jpg"], [])


def coco_absolute(root: Path) -> None:
    add_coco(root / "a.json", [str(root.parent / "outside.jpg")], [])


def coco_link(root: Path) -> None:
    (root / "a.jpg").symlink_to(root.parent / "outside.jpg")
    add_coco(root / "a.json", ["a.jpg"], [])


def yolo_folder(root: Path) -> None:
    add_yolo(root, "", train="..", val="images/val")


def yolo_path(root: Path) -> None:
    (root / "data.yaml").write_text("{path: .., train: ., names: [dent]}")


def yolo_list(root: Path) -> None:
    (root / "list.txt").write_text("../outside.jpg\n")
    (root / "data.yaml").write_text("{train: list.txt, names: [dent]}")


def linked_folder(root: Path) -> None:
    add_image(root / "dent", "a.jpg", seed=1)
    (root / "dent" / "b.jpg").symlink_to(root.parent / "outside.jpg")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (coco_elsewhere, "a file below"), (coco_absolute, "a file below"),
        (coco_link, "a file below"), (yolo_folder, "a file below"),
        (yolo_path, "data.yaml: path: '..'"), (yolo_list, "a file below"),
        (linked_folder, "a file below"),
    ],
)  # fmt: skip
def test_a_set_brings_in_nothing_that_lies_beside_it(
    application: Application, tmp_path: Path, make: Any, said: str
) -> None:
    add_image(tmp_path, "outside.jpg", seed=1)
    root = tmp_path / "set"
    root.mkdir()
    if make is linked_folder:
        as_task(application, "classification")
    make(root)
    with pytest.raises(InvalidInputError) as refused:
        start(application, root)
    assert said in str(refused.value)
    assert application.training_sets.newest("parts") is None


def test_a_set_that_links_within_itself_is_fine(application: Application, tmp_path: Path) -> None:
    add_image(tmp_path / "images", "a.jpg", seed=1)
    (tmp_path / "b.jpg").symlink_to("images/a.jpg")
    add_coco(tmp_path / "a.json", ["b.jpg"], [])
    assert start(application, tmp_path).images == 1
