"""Signing in with tokens of a real Label Studio, of both kinds, switched on and off."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from plugin.demo import programs
from plugin.demo.installation import Installation
from plugin.demo.reviewers import sign_up
from plugin.domain.errors import NotAuthenticatedError
from plugin.labelstudio.tokens import LEGACY_OFF, PERSONAL_OFF, WRONG, TokenOwners

ANN = "ann.signs.in@example.com"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="module")
def personal(installation: Installation) -> str:
    """Ann's personal access token."""
    return sign_up(installation.application.label_studio, ANN, secrets.token_urlsafe(9))


@pytest.fixture
def owners(installation: Installation) -> TokenOwners:
    return TokenOwners(installation.application.config.label_studio_url)


@pytest.fixture
def browser_of(installation: Installation) -> Iterator[httpx.Client]:
    """A browser at the webhook server, without scripts."""
    headers = {"Accept": "text/html"}
    with httpx.Client(
        base_url=installation.webhook_url, headers=headers, follow_redirects=True, timeout=30
    ) as client:
        yield client


def sign_in(client: httpx.Client, token: str, wanted: str = "/") -> httpx.Response:
    form = client.get("/sign-in", params={"next": wanted})
    found = CSRF.search(form.text)
    assert found
    data = {"csrf_token": found[1], "token": token, "next": wanted}
    return client.post("/sign-in", data=data)


@contextmanager
def switched_off(installation: Installation, kind: str) -> Iterator[None]:
    """Without one kind of token, for as long as this lasts; the other asks for it."""
    url = f"{installation.application.config.label_studio_url}/api/jwt/settings"
    kinds = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": True}
    with httpx.Client(base_url=installation.application.config.label_studio_url) as admin:
        _sign_in_to_label_studio(admin, installation.state.password)
        headers = {"X-CSRFToken": admin.cookies["csrftoken"], "Referer": url}
        admin.post(url, json=kinds | {kind: False}, headers=headers).raise_for_status()
        try:
            yield
        finally:
            admin.post(url, json=kinds, headers=headers).raise_for_status()


def _sign_in_to_label_studio(admin: httpx.Client, password: str) -> None:
    admin.get("/user/login/")
    data = {"email": programs.ADMIN, "password": password}
    data["csrfmiddlewaretoken"] = admin.cookies["csrftoken"]
    answer = admin.post("/user/login/", data=data, headers={"Referer": str(admin.base_url)})
    assert answer.status_code == 302


def test_a_reviewer_signs_in_with_a_personal_access_token(
    browser_of: httpx.Client, personal: str, installation: Installation
) -> None:
    page = sign_in(browser_of, personal, "/mine")
    assert (page.status_code, page.url.path) == (200, "/mine")
    assert ANN in page.text and "Reviewer" in page.text
    assert installation.application.audit.newest(1)[0].by == ANN


def test_the_administrator_signs_in_with_a_legacy_token_and_manages(
    browser_of: httpx.Client, installation: Installation
) -> None:
    page = sign_in(browser_of, installation.state.token)
    assert page.status_code == 200
    assert programs.ADMIN in page.text and 'href="/system"' in page.text


def test_a_session_is_new_each_time(browser_of: httpx.Client, personal: str) -> None:
    browser_of.get("/sign-in")
    before = browser_of.cookies["lsal_session"]
    sign_in(browser_of, personal)
    first = browser_of.cookies["lsal_session"]
    browser_of.cookies.clear()
    sign_in(browser_of, personal)
    assert len({before, first, browser_of.cookies["lsal_session"]}) == 3


def test_the_token_is_nowhere(
    browser_of: httpx.Client, personal: str, installation: Installation
) -> None:
    sign_in(browser_of, personal)
    parts, needle = installation.application, personal.encode()
    # The cookie's payload may be compressed; a token is too random to be in so few bytes.
    assert len(browser_of.cookies["lsal_session"]) < 300
    values = [parts.redis.dump(key) or b"" for key in parts.redis.keys("lsal:s*")]
    files = [*installation.processes.data.rglob("*.log"), *parts.store_folder.rglob("audit/**/*")]
    values += [file.read_bytes() for file in files if file.is_file()]
    assert values and not any(needle in value for value in values)


@pytest.mark.parametrize(
    "token",
    ["f" * 40, "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl"],
    ids=["legacy", "personal"],
)
def test_a_token_that_nobody_has_is_refused(
    browser_of: httpx.Client, owners: TokenOwners, token: str
) -> None:
    with pytest.raises(NotAuthenticatedError, match="does not know this token"):
        owners.owner_of(token)
    page = sign_in(browser_of, token)
    assert page.status_code == 401
    assert WRONG.removeprefix("Label Studio") in page.text
    assert token not in page.text


def test_a_kind_that_is_switched_off_is_named(
    installation: Installation, owners: TokenOwners, personal: str
) -> None:
    with switched_off(installation, "legacy_api_tokens_enabled"):
        assert owners.owner_of(personal).email == ANN
        with pytest.raises(NotAuthenticatedError) as legacy:
            owners.owner_of(installation.state.token)
    with switched_off(installation, "api_tokens_enabled"):
        assert owners.owner_of(installation.state.token).email == programs.ADMIN
        with pytest.raises(NotAuthenticatedError) as refused:
            owners.owner_of(personal)
    assert (str(legacy.value), str(refused.value)) == (LEGACY_OFF, PERSONAL_OFF)


def test_community_has_no_roles(owners: TokenOwners, personal: str) -> None:
    assert owners.owner_of(personal).manages is None
