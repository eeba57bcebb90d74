"""No name from outside runs a script, on no page: all of them are filled, and all are looked at."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page

from plugin.domain.frame import frame_id
from tests.browser.conftest import Site, sign_in
from tests.security.hostile import PROJECT, SCRIPT, evil, fill
from tests.server.test_whose_pages import NAMES, paths

WATCH = """
window.ran = []
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.ran.push(name)
document.addEventListener("securitypolicyviolation", (event) =>
    window.ran.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`))
"""
"""What stands in each page before anything of it: it notes what ran, and what was kept from it."""

PLANTED = "main :is(script, img[src='x'], b, [onerror]), a[href^='javascript:'], [src='x']"
QUERIES = {
    "/": ("search", "page"),
    "/queue": ("search", "status", "project", "sort", "page"),
    "/system": ("email",),
    f"/projects/{PROJECT}": ("edit", "span"),
    f"/projects/{PROJECT}/analysis": ("rule", "version", "weeks"),
    f"/projects/{PROJECT}/images": ("batch", "show", "page"),
    f"/projects/{PROJECT}/batches/2026-11-22": ("open",),
    "/sign-in": ("next",),
}
SHOWN = {
    f"/projects/{PROJECT}": ("class", "title", "deployment", "model", "wide", "field"),
    f"/projects/{PROJECT}/images": ("class", "rule"),
    f"/projects/{PROJECT}/images/{frame_id(PROJECT, 'event-0')}": (
        "class",
        "rule",
        "reason",
        "deployment",
        "event",
        "v",
        "model",
    ),
    f"/projects/{PROJECT}/analysis": ("class", "rule", "model", "ben"),
    f"/projects/{PROJECT}/batches/2026-11-22": ("title", "told"),
    f"/projects/{PROJECT}/history": ("by",),
    "/queue": ("title",),
    "/system": ("said", "fix", "error", "detail"),
}
"""What is shown where, as the text that it is."""


@pytest.fixture
def watched(site: Site, context: BrowserContext) -> Iterator[Page]:
    """A manager's page that notes what runs."""
    fill(site)
    sign_in(context, site)
    context.add_init_script(WATCH)
    yield context.new_page()


def addresses(site: Site) -> Iterator[str]:
    """Every page, and those that take something from the query with scripts in it."""
    names = {NAMES["frame_id"]: frame_id(PROJECT, "event-0"), NAMES["name"]: "2026-11-22"}
    pattern = re.compile("|".join(map(re.escape, names)))
    for path in paths(site.app, "GET"):
        if not path.endswith((".zip", ".jpg", ".csv")):
            yield pattern.sub(lambda found: names[found[0]], path)
    yield from ("/docs", "/sign-in", f"/{quote(SCRIPT)}", f"/projects/{quote(SCRIPT, safe='')}")
    for path, parameters in QUERIES.items():
        yield f"{path}?" + "&".join(f"{name}={quote(evil(name))}" for name in parameters)
    for section in ("basics", "rules", "limits", "batch", "team", "retrain"):
        yield f"/projects/{PROJECT}?edit={section}"
    for change in ("assign", "reassign", "take-back", "instructions"):
        yield f"/projects/{PROJECT}/batches/2026-11-22?open={change}"


def test_nothing_runs_on_any_page_and_all_of_it_is_text(site: Site, watched: Page) -> None:
    looked_at = []
    for address in addresses(site):
        answer = watched.goto(site.url + address)
        assert answer and answer.status < 500, address
        for summary in watched.locator("main summary").all():
            summary.evaluate("each => each.parentElement.open = true")
        assert watched.evaluate("window.ran") == [], address
        assert watched.locator(PLANTED).count() == 0, address
        shown = watched.locator("body").evaluate("each => each.textContent")
        missing = [name for name in SHOWN.get(address, ()) if evil(name) not in shown]
        assert missing == [], address
        looked_at.append(address)
    assert set(SHOWN) <= set(looked_at)


PLANT = """(markup) => new Promise((done) => {
    document.addEventListener("securitypolicyviolation", () => done(window.ran))
    setTimeout(() => done(window.ran), 10000)
    document.querySelector("main").innerHTML = markup
})"""


def test_this_test_can_fail(site: Site, watched: Page) -> None:
    """The policy stops what would have run, and that is noted."""
    watched.goto(f"{site.url}/queue")
    assert watched.evaluate(PLANT, f'<p title="{SCRIPT}')
    assert watched.locator(PLANTED).count() > 0
