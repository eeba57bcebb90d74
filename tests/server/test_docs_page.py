"""/docs: open, and shut to everything that is not the server's own."""

import re

import pytest

from tests.server.rsgi import Client

STRANGER = {"X-Forwarded-For": "192.0.2.1"}
FILES = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IMPORTS = re.compile(r'from "\./([^"]+)"')


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_who_is_not_signed_in_may_read_it(client: Client, path: str) -> None:
    assert client.get("/", headers=STRANGER).status_code == 303
    assert client.get(path, headers=STRANGER).status_code == 200


def test_scripts_run_on_pages_alone_and_only_ours(client: Client) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert "script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    for other in ("/openapi.json", "/healthz"):
        assert "script-src" not in client.get(other).headers["Content-Security-Policy"]


def test_all_that_it_loads_is_there_and_is_not_sent_twice(client: Client) -> None:
    page = client.get("/docs")
    files = set(FILES.findall(page.text))
    script = client.get("/static/api/page.js").text
    files |= {f"/static/api/{name}" for name in IMPORTS.findall(script)}
    assert len(files) == 11
    for file in files:
        answer = client.get(file)
        assert (answer.status_code, bool(answer.headers["ETag"])) == (200, True), file
        again = client.get(file, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_it_names_no_other_host(client: Client) -> None:
    assert "//" not in client.get("/docs").text
