"""The whole way, clicked once on an installation that runs: from the switch to a done batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from plugin.bootstrap import Application
from plugin.clock import utc_now
from plugin.demo import programs
from plugin.demo.installation import Installation
from plugin.domain.settings import ProjectSettings
from tests.integration.assigning import PASSWORD, people
from tests.integration.pages import await_task, open_stream, signed_in
from tests.integration.test_review_in_browser import submit
from tests.samples import encoded, jpeg
from tests.signing_in import MAYA, sign_in_browser
from tests.waiting import wait_for

PROJECT = "whole-way"
ANN, BEN = "ann@whole.example.com", "ben@whole.example.com"
IMAGES = 4
PATIENCE = 60_000  # milliseconds
LOOKS = 120  # seconds; a review is known within one by Label Studio's call, else within a minute


@dataclass(frozen=True)
class Camera:
    """A deployment that posts."""

    url: str
    key: str

    def post(self, number: int) -> str:
        """Post one event with its image; what became of it."""
        box = {"class": "dent", "confidence": 0.4, "xyxy": [32, 24, 96, 72]}
        answer = httpx.post(
            f"{self.url}/v1/projects/{PROJECT}/events",
            headers={"Authorization": f"Bearer {self.key}"},
            data={
                "event_id": f"shot-{number}",
                "prediction": encoded({"width": 320, "height": 240, "boxes": [box]}),
            },
            files={"image": ("shot.jpg", jpeg(seed=number), "image/jpeg")},
            timeout=60,
        )
        return str(answer.json()["outcome"])


@pytest.fixture
def app(installation: Installation) -> Application:
    """Its parts, with a project that is off, and two people to review for it."""
    app = installation.application
    rule = {"name": "unsure", "when": {"classes": ["dent"], "confidence": {"below": "60%"}}}
    settings = {"project": PROJECT, "classes": ["dent"], "rules": [rule], "enabled": False}
    app.history.add(ProjectSettings.model_validate(settings), MAYA, utc_now())
    for gateway in people(installation, ANN, BEN).values():
        gateway.close()
    app.assigner.refresh_team()
    return app


@pytest.fixture
def page(installation: Installation, app: Application, browser: Browser) -> Iterator[Page]:
    """The manager's browser."""
    with browser.new_context() as context:
        sign_in_browser(context, installation.webhook_url, app, programs.ADMIN)
        yield context.new_page()


def test_the_whole_way(
    installation: Installation, app: Application, page: Page, browser: Browser
) -> None:
    _, key = app.deployments.register(PROJECT, "line-3", utc_now())
    camera = Camera(installation.webhook_url, key)
    switch_on(page, installation.webhook_url, camera, app)
    edit_limits(page, app)
    numbers = count(1)  # settings are in force everywhere within two seconds
    wait_for(lambda: camera.post(next(numbers)) == "kept", "the switch")
    assert [camera.post(next(numbers)) for _ in range(IMAGES - 1)] == ["kept"] * (IMAGES - 1)
    wait_for(lambda: app.batches.of_project(PROJECT) and not app.spool.pending(PROJECT), "tasks")
    assign_both(page, installation.webhook_url, app)

    studio = app.label_studio.base_url
    with signed_in(browser, studio, ANN, PASSWORD) as editor:
        label(editor, studio, app, 2)
        reload_until(page, page.get_by_role("row", name=ANN), "2")
        hand_over(page)
        label(editor, studio, app, 2)
    reload_until(page, page.locator("main"), "Completed")
    page.goto(f"{installation.webhook_url}/queue?status=Completed&project={PROJECT}")
    expect(page.get_by_role("row", name=PROJECT)).to_be_visible()


def switch_on(page: Page, url: str, camera: Camera, app: Application) -> None:
    page.goto(f"{url}/projects/{PROJECT}")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("alert").first).to_contain_text("nothing has come from line-3 yet")
    assert camera.post(0) == "disabled"
    wait_for(lambda: app.switching.may_enable(PROJECT), "line-3 to be seen")
    page.goto(f"{url}/projects/{PROJECT}")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Switch off")).to_be_visible(timeout=PATIENCE)


def edit_limits(page: Page, app: Application) -> None:
    page.get_by_role("button", name="Edit collection limits").click()
    dialog = page.get_by_role("dialog", name="Collection limits")
    dialog.locator('[name="limits.per_hour"]').fill("100")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_be_visible(timeout=PATIENCE)
    assert app.history.newest(PROJECT).settings.limits.per_hour == 100


def assign_both(page: Page, url: str, app: Application) -> None:
    [batch] = app.batches.of_project(PROJECT)
    page.goto(f"{url}/projects/{PROJECT}/batches/{batch.name}")
    page.get_by_role("button", name="Assign images").click()
    form = page.get_by_role("dialog", name="Assign images")
    for reviewer in (ANN, BEN):
        form.get_by_role("spinbutton", name=f"Images for {reviewer}").fill("2")
    form.get_by_label("Shuffle").check()
    form.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("shuffled", timeout=PATIENCE)


def label(editor: Page, studio: str, app: Application, images: int) -> None:
    """Review what Ann has next, inside Label Studio."""
    [batch] = app.batches.of_project(PROJECT)
    share = app.batches.assignments(batch).of(ANN)
    assert share
    open_stream(editor, studio + share.link)
    for _ in range(images):
        await_task(editor)
        submit(editor)


def hand_over(page: Page) -> None:
    page.get_by_role("button", name="Reassign").click()
    form = page.get_by_role("dialog", name="Reassign")
    form.get_by_label("From").select_option(BEN)
    form.get_by_label("To").select_option(ANN)
    form.get_by_role("button", name="Reassign").click()
    expect(page.get_by_role("status").first).to_contain_text("Handed 2 images", timeout=PATIENCE)


def reload_until(page: Page, place: Locator, text: str) -> None:
    """Look at the page again and again until it says something."""

    def says() -> bool:
        page.reload()
        return text in place.first.inner_text()

    wait_for(says, text, LOOKS)
