"""The page of a batch on a real Label Studio: what a manager clicks is what reviewers find."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from werkzeug.serving import make_server

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.demo.installation import Installation
from plugin.domain.batching import Batch
from plugin.domain.reviewing import Share
from plugin.labelstudio.gateway import LabelStudioGateway
from tests.integration import pages
from tests.integration.assigning import PASSWORD, filled_batch, people
from tests.signing_in import sign_in_browser
from tests.stand_ins import running
from webhook_server.app import create_app

ANN, BEN = "ann@page.example.com", "ben@page.example.com"
IMAGES = 9
PATIENCE = 60_000  # milliseconds; each of these clicks is a few calls to Label Studio


@dataclass(frozen=True)
class Desk:
    """A manager's browser, and what is behind the pages that it shows."""

    context: BrowserContext
    url: str
    parts: Application
    batch: Batch

    @property
    def address(self) -> str:
        return f"{self.url}/projects/{self.batch.project}/batches/{self.batch.name}"

    def open(self) -> Page:
        page = self.context.new_page()
        page.goto(self.address)
        return page

    def share(self, reviewer: str) -> Share:
        found = self.parts.batches.assignments(self.batch).of(reviewer)
        assert found
        return found


@pytest.fixture(scope="module")
def team(installation: Installation) -> Iterator[dict[str, LabelStudioGateway]]:
    found = people(installation, ANN, BEN)
    yield found
    for gateway in found.values():
        gateway.close()


@pytest.fixture
def desk(
    team: dict[str, LabelStudioGateway], parts: Application, browser: Browser
) -> Iterator[Desk]:
    parts.team.save(parts.label_studio.members().values(), utc_now())
    batch = filled_batch(parts, "page", IMAGES)
    server = make_server("127.0.0.1", 0, create_app(parts), threaded=True)
    with running(server), browser.new_context() as context:
        url = f"http://127.0.0.1:{server.server_port}"
        sign_in_browser(context, url, parts)
        yield Desk(context, url, parts, batch)


def assign(page: Page, images: dict[str, int], *, shuffle: bool = False, told: str = "") -> Locator:
    """Fill in the form and send it; the form, where it comes back."""
    page.get_by_role("button", name="Assign images").click()
    form = page.get_by_role("dialog", name="Assign images")
    for reviewer, number in images.items():
        form.get_by_role("spinbutton", name=f"Images for {reviewer}").fill(str(number))
    form.get_by_label("Shuffle").set_checked(shuffle)
    form.get_by_label("Instructions").fill(told)
    form.get_by_role("button", name="Assign", exact=True).click()
    return form


def said(page: Page) -> Locator:
    return page.get_by_role("status").first


def test_two_people_are_assigned_shuffled_and_find_their_images(
    desk: Desk, team: dict[str, LabelStudioGateway], browser: Browser
) -> None:
    page = desk.open()
    assign(page, {ANN: 4, BEN: 3}, shuffle=True, told="Look for <b>dents</b>.\nSkip blur.")
    expect(said(page)).to_have_text(
        f"Assigned 4 images to {ANN}, 3 images to {BEN}, shuffled.", timeout=PATIENCE
    )
    expect(page.get_by_text("2 images that nobody has")).to_be_visible()
    assert page.locator(".instructions").inner_text() == "Look for <b>dents</b>.\nSkip blur."
    for reviewer, number in ((ANN, 4), (BEN, 3)):
        share = desk.share(reviewer)
        tab = share.view_id
        assert tab
        found = team[reviewer].tasks_in_tab(desk.batch.label_studio_id, tab)
        assert sorted(found) == sorted(share.tasks)
        assert len(found) == number
    entry = desk.parts.audit.newest(1)[0]
    assert (entry.by, entry.action, entry.subject) == (
        "maya@example.com", "images.assigned", desk.batch.name,
    )  # fmt: skip

    sign_in_browser(desk.context, desk.url, desk.parts, ANN, manager=False)
    page.goto(f"{desk.url}/mine")
    link = page.get_by_role("link", name="Begin with the first image").get_attribute("href")
    label_studio = desk.parts.config.label_studio_url
    with pages.signed_in(browser, label_studio, ANN, PASSWORD) as studio:
        studio.goto(f"{link}")
        instructions = studio.get_by_text("Look for dents.")
        expect(instructions).to_be_visible(timeout=PATIENCE)
        pages.await_task(studio)
        assert studio.evaluate("Number(Htx.task.id)") in desk.share(ANN).tasks


def test_the_second_of_two_managers_is_told_and_a_replay_does_nothing(desk: Desk) -> None:
    first, second = desk.open(), desk.open()
    assign(first, {ANN: 4})
    expect(said(first)).to_contain_text("Assigned 4 images", timeout=PATIENCE)
    form = assign(second, {BEN: 6})
    expect(form.get_by_role("alert")).to_contain_text(
        f"{ANN} has 4 images now, had 0.", timeout=PATIENCE
    )
    expect(form.get_by_role("spinbutton", name=f"Images for {BEN}")).to_have_value("6")
    assert [share.reviewer for share in desk.parts.batches.assignments(desk.batch).shares] == [ANN]

    form.get_by_role("spinbutton", name=f"Images for {BEN}").fill("5")
    form.get_by_role("button", name="Assign", exact=True).click()
    expect(said(second)).to_contain_text("Assigned 5 images", timeout=PATIENCE)
    assert len(desk.share(BEN).tasks) == 5
    assert len(desk.parts.audit.newest(10)) == 2


def test_images_are_handed_on_and_taken_back_and_finished_work_stays(
    desk: Desk, team: dict[str, LabelStudioGateway]
) -> None:
    page = desk.open()
    assign(page, {ANN: 6})
    expect(said(page)).to_contain_text("Assigned 6 images", timeout=PATIENCE)
    done = desk.share(ANN).tasks[:2]
    for task in done:
        team[ANN].annotate(task, [], seconds=2.0)

    page.get_by_role("button", name="Reassign").click()
    form = page.get_by_role("dialog", name="Reassign")
    form.get_by_label("To").select_option(BEN)
    form.get_by_label("Images").fill("3")
    form.get_by_role("button", name="Reassign").click()
    expect(said(page)).to_have_text(f"Handed 3 images from {ANN} to {BEN}.", timeout=PATIENCE)
    tab = desk.share(BEN).view_id
    assert tab
    found = team[BEN].tasks_in_tab(desk.batch.label_studio_id, tab)
    assert sorted(found) == sorted(desk.share(BEN).tasks)
    assert len(found) == 3

    page.get_by_role("button", name="Take back").click()
    form = page.get_by_role("dialog", name="Take back")
    form.get_by_label("From").select_option(ANN)
    form.get_by_role("button", name="Take back").click()
    expect(said(page)).to_have_text(f"Took 1 image back from {ANN}.", timeout=PATIENCE)
    assert set(desk.share(ANN).tasks) == set(done)
    expect(page.get_by_text("4 images that nobody has")).to_be_visible()


def test_somebody_whom_label_studio_does_not_know_is_refused_by_name(desk: Desk) -> None:
    # They have left since the page was made.
    gone = desk.parts.team.members()[0]
    desk.parts.team.save(
        [*desk.parts.team.members(), type(gone)("eve@page.example.com")], utc_now()
    )
    page = desk.open()
    form = assign(page, {"eve@page.example.com": 2, BEN: 1})
    alert = form.get_by_role("alert")
    expect(alert).to_contain_text("eve@page.example.com: expected", timeout=PATIENCE)
    assert desk.parts.batches.assignments(desk.batch).revision == 0
