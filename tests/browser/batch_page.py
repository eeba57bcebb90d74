"""The page of a batch that people are at work on, and its dialogs."""

import pytest
from playwright.sync_api import Locator, Page

from tests.batch_samples import (
    ANN,
    BEN,
    CLEO,
    DAN,
    NOW,
    TEAM,
    add_batch,
    drafted,
    finished,
    give,
    review,
    skipped,
)
from tests.browser.conftest import Site

PAGE = "/projects/parts/batches/2026-11-23"
EDITED = "Mark every dent.\n<script>alert(1)</script>"


@pytest.fixture
def filled(site: Site, page: Page) -> Page:
    """A hundred images: Ann has 40, Ben 20, Dan, who left, 5."""
    site.application.team.save(TEAM, NOW)
    batch = add_batch(site.application)
    give(site.application, batch, {ANN: 40, BEN: 20, DAN: 5}, told=EDITED)
    done = [(number, finished(ANN, seconds=number)) for number in range(1, 18)]
    more = [(18, skipped(ANN)), (19, drafted(ANN)), (41, finished(BEN, 90)), (99, finished(CLEO))]
    review(site.application, batch, *done, *more)
    page.goto(f"{site.url}{PAGE}")
    return page


def dialog(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)
