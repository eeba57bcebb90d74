"""The System page in a real browser: calm where all is well, plain where it is not."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from plugin.queues import SWEEP, Scheduler, open_queue, open_worker
from plugin.stores.notices.contacts import Contact
from tests.browser import troubles
from tests.browser.conftest import Site, sign_in
from tests.browser.looks import THEMES, Theme, check
from tests.browser.troubles import SECRET

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise imports it


@pytest.fixture
def running(site: Site) -> Iterator[None]:
    """A worker and a scheduler that say they are there, as they do in their own processes."""
    redis = site.application.queue_redis
    worker, scheduler = open_worker(redis), Scheduler(redis)
    worker.register_birth()  # type: ignore[no-untyped-call]
    scheduler.register_birth()
    scheduler.heartbeat()
    with site.application.heartbeats.during(SWEEP):
        pass
    yield
    worker.register_death()  # type: ignore[no-untyped-call]
    scheduler.register_death()


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


@pytest.mark.usefixtures("running")
def test_a_healthy_installation_is_calm(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/system")
    expect(page.get_by_role("heading", name="Everything answers")).to_be_visible()
    expect(section(page, "Work")).to_contain_text("Runs")
    expect(section(page, "Frames on their way")).to_contain_text("nothing failed")
    expect(section(page, "Check-up")).to_contain_text("Nobody has looked yet")
    expect(page.locator(".warning, .alert, .is-bad")).to_have_count(0)


def test_what_is_wrong_is_said_on_top_and_leads_to_its_section(site: Site, page: Page) -> None:
    troubles.fill(site.application)
    page.goto(f"{site.url}/system")
    for said in (
        "Label Studio does not answer", "No worker runs", "No scheduler runs",
        "2 frames of parts failed to import", "Frames of parts wait long",
        "Notifications by mailto://smtp.example.com fail", "2 messages set aside",
        "The last check-up found something to change",
    ):  # fmt: skip
        expect(page.get_by_role("link", name=said)).to_be_visible()
    expect(section(page, "Check-up")).to_contain_text("To change: start Label Studio with")
    expect(section(page, "Notifications")).to_contain_text("Connection refused")
    expect(section(page, "Changes")).to_contain_text("maya@example.com")
    assert SECRET not in page.content()


def test_failed_frames_go_back_to_work_one_and_all(site: Site, page: Page) -> None:
    troubles.fill(site.application)
    page.goto(f"{site.url}/system")
    page.get_by_role("button", name="Retry event two").click()
    expect(page.get_by_role("status").first).to_have_text("parts: 1 frame back to work.")
    page.get_by_role("button", name="Retry it").click()
    expect(section(page, "Frames on their way")).not_to_contain_text("failed to import")
    assert len(site.application.spool.pending("parts")) == 3
    expect(section(page, "Changes")).to_contain_text("Frames retried")


def test_a_message_that_was_set_aside_is_sent_again_or_forgotten(site: Site, page: Page) -> None:
    troubles.fill(site.application)
    page.goto(f"{site.url}/system")
    rows = page.get_by_role("list", name="Messages that were set aside").get_by_role("listitem")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Forget").first.click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status").first).to_contain_text("Sent again")
    expect(rows).to_have_count(0)


def test_a_check_up_is_asked_for_by_the_button_and_done_by_a_worker(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/system")
    page.get_by_role("button", name="Check now").click()
    expect(section(page, "Check-up")).to_contain_text("Asked for")
    [job] = open_queue(site.application.queue_redis).get_jobs()
    assert job.func_name == "plugin.jobs.diagnose"


def test_a_person_gets_a_channel_whose_address_is_never_shown_again(
    site: Site, context: BrowserContext
) -> None:
    sign_in(context, site)
    page = context.new_page()  # it may complain: the refusal is a 422
    page.goto(f"{site.url}/system")
    page.get_by_role("link", name="Set up a person").click()
    dialog = page.get_by_role("dialog", name="How a person is told")
    dialog.get_by_label("E-mail address").fill("ann@example.com")
    dialog.get_by_label("Channels of their own").fill("json://10.0.0.1/hook")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Channels of their own")).to_have_accessible_description(
        re.compile("Expected an address that begins with one of")
    )
    dialog.get_by_label("Channels of their own").fill(f"https://hooks.slack.com/services/{SECRET}")
    dialog.get_by_role("button", name="Save").click()
    row = section(page, "Notifications").get_by_role("row", name="ann@example.com")
    expect(row).to_contain_text("https://hooks.slack.com")
    assert SECRET not in page.content()
    row.get_by_role("link", name="Change ann@example.com").click()
    expect(dialog.get_by_label("Keep")).to_be_checked()
    assert SECRET not in page.content()
    dialog.get_by_label("Is told of their images").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Off")
    [saved] = site.application.contacts.changed()
    assert (saved.enabled, saved.channels[0].endswith(SECRET)) == (False, True)


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_whatever_comes_from_outside_stays_inside(site: Site, page: Page, width: int) -> None:
    troubles.fill(site.application)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/system")
    expect(page.get_by_role("heading", name="Frames on their way")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    inside = "each => each.getBoundingClientRect().right <= innerWidth"
    assert page.locator("main section *:not(.hidden)").evaluate_all(f"all => all.every({inside})")
    assert page.locator("main script, main b, main img").count() == 0


def test_it_is_for_managers(site: Site, page: Page) -> None:
    sign_in(page.context, site, "ann@example.com", manager=False)
    answer = page.request.get(f"{site.url}/system")
    assert answer.status == 403
    page.goto(f"{site.url}/mine")
    expect(page.get_by_role("link", name="System")).to_have_count(0)


def test_my_own_notifications_are_switched_on_my_reviews(site: Site, page: Page) -> None:
    contact = Contact("ann@example.com", channels=(f"slack://{SECRET}",))
    site.application.contacts.save(contact)
    sign_in(page.context, site, "ann@example.com", manager=False)
    page.goto(f"{site.url}/mine")
    mine = section(page, "Notifications")
    expect(mine).to_contain_text("You are told of new images")
    mine.get_by_role("button", name="Send me a test").click()
    expect(page.get_by_role("status")).to_contain_text("A test is on its way")
    mine.get_by_role("button", name="Switch off").click()
    expect(mine.get_by_role("button", name="Switch on")).to_be_visible()
    assert not site.application.contacts.of("ann@example.com").enabled
    assert [each.message.title for each in site.application.outbox.all_letters()] == ["A test"]
    assert SECRET not in page.content()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(site: Site, page: Page, theme: Theme, width: int) -> None:
    troubles.fill(site.application)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("/system", "/system?contact=ben@example.com"):
        page.goto(site.url + address)
        check(page)
