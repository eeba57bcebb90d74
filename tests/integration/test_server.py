"""What only a real server shows: big bodies, counts at the end, many posts at once."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest

from plugin.clock import utc_now
from plugin.demo.installation import Installation
from tests.samples import box, encoded, jpeg, prediction, settings
from tests.signing_in import session_cookie
from tests.waiting import wait_for
from webhook_server.people.cookies import COOKIE

PATH = "/v1/projects/server/events"


@pytest.fixture(scope="module")
def key(installation: Installation) -> str:
    app = installation.application
    app.history.add(settings(project="server"), "test", utc_now())
    return app.deployments.register("server", "line-3", utc_now())[1]


@pytest.mark.parametrize(("right_key", "status"), [(True, 413), (False, 401)])
def test_fifty_megabytes_are_refused_with_an_answer(
    installation: Installation, key: str, right_key: bool, status: int
) -> None:
    address = urlsplit(installation.webhook_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    sent = key if right_key else "wrong"
    headers = {"Authorization": f"Bearer {sent}", "Content-Type": "application/json"}
    with closing(connection):
        connection.request("POST", PATH, body=b"x" * 50_000_000, headers=headers)
        answer = connection.getresponse()
        assert answer.status == status
        assert json.loads(answer.read())["status"] == status


def test_a_hundred_posts_of_one_event_at_once_make_one_frame(
    installation: Installation, key: str
) -> None:
    app, image = installation.application, jpeg()
    fields = {"event_id": "one", "prediction": encoded(prediction(box()))}
    headers = {"Authorization": f"Bearer {key}"}

    def post(_: int) -> tuple[int, str]:
        answer = httpx.post(
            installation.webhook_url + PATH,
            headers=headers,
            data=fields,
            files={"image": ("a.jpg", image)},
            timeout=30,
        )
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(post, range(100)))
    assert len(answers) == 1
    assert answers.pop()[0] == 202
    wait_for(lambda: not app.spool.pending("server"), "the import")
    assert [batch.size for batch in app.batches.of_project("server")] == [1]
    counted = wait_for(lambda: app.funnel.totals("server").get("received", 0) >= 100, "counts")
    assert counted
    totals = app.funnel.totals("server")
    assert (totals["outcome:kept"], totals["outcome:repeated"]) == (1, 99)


def test_the_pages_show_the_project_to_who_is_signed_in(
    installation: Installation, key: str
) -> None:
    assert key
    address = installation.webhook_url + "/"
    assert httpx.get(address).headers["Location"] == "/sign-in"
    page = httpx.get(address, cookies={COOKIE: session_cookie(installation.application)})
    assert page.status_code == 200
    assert "server" in page.text
