"""No link and no redirect of ours leads to another server, whatever a request says."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from plugin.bootstrap import Application
from tests.server.rsgi import Client
from tests.signing_in import session_cookie
from webhook_server.app import create_app
from webhook_server.front import create_front
from webhook_server.people.cookies import COOKIE

HTML = {"Accept": "text/html"}
HERE = "http://localhost"
PLACES = (
    "//elsewhere.example", "///elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
    "https://elsewhere.example", "https:elsewhere.example", "javascript:alert(1)",
    "/\t/elsewhere.example", "/\n/elsewhere.example", "//localhost@elsewhere.example", "http://[",
    "/%0d%0aLocation:%20//elsewhere.example", "//%65lsewhere.example", "/.//elsewhere.example",
)  # fmt: skip
LINKS = re.compile(r'(?:href|action)="([^"]*)"')


def leads_elsewhere(place: str) -> bool:
    """Whether a browser at a page of ours that follows it ends up at another server."""
    # Browsers leave these out, and take a backslash for a slash.
    cleaned = re.sub(r"[\t\r\n]", "", place).replace("\\", "/")
    parts = urlsplit(urljoin(f"{HERE}/sign-in", cleaned))
    return f"{parts.scheme}://{parts.netloc}" != HERE


def links_elsewhere(page: str, application: Application) -> list[str]:
    """Links of a page to other servers, but for Label Studio's."""
    studio = f"{application.config.browser_url}/"
    return [link for link in LINKS.findall(page) if leads_elsewhere(link) and link != studio]


def test_these_places_are_worth_trying() -> None:
    assert sum(leads_elsewhere(place) for place in PLACES if place != "http://[") >= 9


def test_signing_in_goes_on_here(signed_in_client: FlaskClient) -> None:
    for place in PLACES:
        answer = signed_in_client.get("/sign-in", query_string={"next": place})
        assert answer.status_code == 303
        [location] = answer.headers.getlist("Location")
        assert not leads_elsewhere(location), place


def test_the_form_carries_no_other_place(application: Application) -> None:
    stranger = create_app(application).test_client()
    for place in PLACES:
        page = stranger.get("/sign-in", query_string={"next": place}).text
        [carried] = re.findall(r'name="next" value="([^"]*)"', page)
        assert not leads_elsewhere(carried), place


def test_the_way_back_from_an_error_is_here(
    signed_in_client: FlaskClient, application: Application
) -> None:
    for place in (*PLACES, f"{HERE}//elsewhere.example/", "http://localhost["):
        headers = {**HTML, "Referer": re.sub(r"[\t\n]", "", place)}
        answer = signed_in_client.post("/sign-out", headers=headers)
        assert answer.status_code == 403, place
        assert links_elsewhere(answer.text, application) == [], place


def test_so_is_the_second_try(application: Application) -> None:
    """Without Redis nobody is known, and the page of the error leads to what was asked for."""
    broken = application.config.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    headers = {**HTML, "Cookie": f"{COOKIE}={session_cookie(application)}"}
    client = Client(create_front(Application(broken)))
    answers = [client.get(path, headers=headers) for path in ("//elsewhere.example/a", "/queue")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert links_elsewhere(answers[0].text, application) == []
    assert 'href="/queue"' in answers[1].text


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost:1@elsewhere.example", "[", ""])
def test_the_host_that_somebody_names_is_in_no_link(
    signed_in_client: FlaskClient, application: Application, host: str
) -> None:
    page = signed_in_client.get("/", headers={"Host": host, "X-Forwarded-Host": host})
    stranger = create_app(application).test_client().get("/queue", headers={"Host": host})
    assert stranger.headers["Location"] == "/sign-in?next=/queue"
    assert "elsewhere.example" not in page.text
