"""A reviewer's way through two images in a real browser, from the link of the assignment."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from plugin.demo.installation import Installation
from plugin.demo.reviewers import sign_up
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from tests.integration.kinds import KINDS, post, post_again
from tests.integration.pages import await_task, open_stream, signed_in
from tests.waiting import wait_for

EMAIL, PASSWORD = "ravi@example.com", secrets.token_urlsafe(12)
INSTRUCTIONS = "<p>Draw the helmet with its visor.</p>"
KIND = replace(KINDS["boxes"], name="stream")


@pytest.fixture(scope="module")
def batch(installation: Installation) -> Batch:
    """Two frames in review."""
    app = installation.application
    project, key = post(installation, KIND)
    post_again(installation, project, key, replace(KIND, scale=2.0))
    wait_for(lambda: not app.spool.pending(project), "the import")
    return next(iter(app.batches.of_project(project)))


@pytest.fixture(scope="module")
def page(browser: Browser, installation: Installation, batch: Batch) -> Iterator[Page]:
    """The browser of the reviewer who is to do them."""
    studio = installation.application.label_studio
    sign_up(studio, EMAIL, PASSWORD)
    with signed_in(browser, studio.base_url, EMAIL, PASSWORD) as page:
        yield page


def test_submitted_tasks_arrive_as_annotations(
    installation: Installation, batch: Batch, page: Page
) -> None:
    app = installation.application
    (share,) = app.assigner.assign(
        batch, [Wish(EMAIL, 2)], shuffle=False, instructions=INSTRUCTIONS
    ).shares
    posted = [first_boxes(installation, task) for task in share.tasks]

    open_stream(page, app.label_studio.base_url + share.link)
    read_instructions(page)
    for task in share.tasks:
        await_task(page, task)
        submit(page)
    expect(page.get_by_text("All tasks in the queue have been completed")).to_be_visible()

    assert [annotated(installation, task) for task in share.tasks] == [
        (EMAIL, boxes) for boxes in posted
    ]
    app.collector.collect(batch.project)
    assert {review.reviewer for review in app.reviews.of_project(batch.project)} == {EMAIL}


def read_instructions(page: Page) -> None:
    """They are there before anything else, and go when they were read."""
    dialog = page.get_by_text("Draw the helmet with its visor.")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def submit(page: Page) -> None:
    """Submit, and wait until Label Studio has it."""
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.ok):
        page.get_by_role("button", name="Submit current annotation").click()


def first_boxes(installation: Installation, task: int) -> list[object]:
    prediction = installation.application.label_studio.task(task)["predictions"][0]
    return [region["value"] for region in prediction["result"]]


def annotated(installation: Installation, task: int) -> tuple[str, list[object]]:
    """Who annotated a task, and the boxes that they accepted."""
    studio = installation.application.label_studio
    (annotation,) = studio.task(task)["annotations"]
    who = annotation["completed_by"]
    number = who if isinstance(who, int) else who["id"]
    return studio.emails()[number], [region["value"] for region in annotation["result"]]


def test_a_manager_sees_what_frames_are_sorted_by(
    installation: Installation, batch: Batch, page: Page
) -> None:
    page.goto(
        f"{installation.application.label_studio.base_url}/projects/{batch.label_studio_id}/data"
    )
    for column in ("deployment", "model_version", "rule", "tags", "priority", "captured_at"):
        expect(page.get_by_text(column, exact=True).first).to_be_attached()
    expect(page.get_by_text("num", exact=True)).to_have_count(2)  # priority and uncertainty
    for hidden in ("frame_id", "event_id", "shuffle", "Inner ID"):
        expect(page.get_by_text(hidden, exact=True)).to_have_count(0)
