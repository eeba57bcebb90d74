"""The forms on the page of a batch, in a real browser: typed, by keyboard, without scripts."""

from playwright.sync_api import BrowserContext, Page, expect

from plugin.domain.team import Member
from tests.batch_samples import ANN, BEN, DAN, NOW, TEAM, add_batch, give
from tests.browser.batch_page import PAGE, dialog, filled
from tests.browser.conftest import Site, sign_in

__all__ = ["filled"]  # a fixture


def test_numbers_add_up_while_they_are_typed(filled: Page) -> None:
    filled.get_by_role("button", name="Assign images").click()
    form = dialog(filled, "Assign images")
    said = form.locator("output")
    expect(said).to_have_text("34 images to give. Pick who gets some.")
    expect(form.get_by_role("checkbox", name=DAN)).to_have_count(0)  # who left is given nothing
    form.get_by_role("checkbox", name="Ann Lee").check()
    expect(said).to_have_text("34 of 34 images given, 0 left over")
    form.get_by_role("spinbutton", name=f"Images for {BEN}").fill("10")
    expect(form.get_by_role("checkbox", name=BEN)).to_be_checked()
    expect(form.get_by_role("spinbutton", name=ANN)).to_have_attribute("placeholder", "24")
    form.get_by_role("spinbutton", name=ANN).fill("4")
    expect(said).to_have_text("14 of 34 images given, 20 left over")
    form.get_by_role("button", name="Split evenly").click()
    expect(form.get_by_role("spinbutton", name=ANN)).to_have_value("17")
    expect(said).to_have_text("34 of 34 images given, 0 left over")
    form.get_by_label("Reviewers per image").fill("2")
    expect(said).to_have_text("34 of 68 reviews given, 34 left over")


def test_more_than_there_are_does_not_leave_the_page(filled: Page) -> None:
    filled.get_by_role("button", name="Assign images").click()
    form = dialog(filled, "Assign images")
    form.get_by_role("spinbutton", name=ANN).fill("20")
    form.get_by_role("spinbutton", name=f"Images for {BEN}").fill("15")
    expect(form.locator("output")).to_have_text("35 given, 1 more than there are")
    form.get_by_role("button", name="Assign", exact=True).click()
    expect(form.locator("input:invalid")).to_have_count(1)
    expect(form.locator("input:invalid")).to_be_focused()
    assert filled.url.endswith(PAGE)


def test_people_are_found_by_name_and_who_is_picked_stays(site: Site, page: Page) -> None:
    many = [Member(f"reviewer-{number}@example.com", f"Person {number}") for number in range(40)]
    site.application.team.save((*TEAM, *many), NOW)
    add_batch(site.application)
    page.goto(f"{site.url}{PAGE}?open=assign")
    form = dialog(page, "Assign images")
    form.get_by_role("checkbox", name="Cleo Ruiz").check()
    form.get_by_role("searchbox").fill("PERSON 39")
    expect(form.get_by_role("checkbox")).to_have_count(3)  # Cleo, the one that fits, shuffle
    expect(form.get_by_text("1 found")).to_be_visible()
    form.get_by_role("searchbox").press("Enter")
    assert page.url.endswith("?open=assign")


def test_how_many_can_be_moved_depends_on_whose_they_are(filled: Page) -> None:
    filled.get_by_role("button", name="Take back").click()
    form = dialog(filled, "Take back")
    form.get_by_label("From").select_option(BEN)
    expect(form.get_by_label("Images")).to_have_attribute("max", "19")
    expect(form.get_by_label("From").get_by_role("option")).to_have_count(3)


def test_label_studio_is_away_and_the_form_is_as_it_was(
    filled: Page, context: BrowserContext
) -> None:
    page = context.new_page()  # one that may complain: of the answer's status it does
    page.goto(filled.url)
    page.get_by_role("button", name="Assign images").click()
    form = dialog(page, "Assign images")
    form.get_by_role("spinbutton", name=ANN).fill("7")
    form.get_by_label("Shuffle").check()
    form.get_by_role("button", name="Assign", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("Label Studio did not do it")
    expect(form.get_by_role("spinbutton", name=ANN)).to_have_value("7")
    expect(form.get_by_label("Shuffle")).to_be_checked()
    expect(page.get_by_text("34 images that nobody has")).to_be_visible()


def test_a_batch_is_assigned_with_the_keyboard_alone(filled: Page) -> None:
    filled.get_by_role("button", name="Assign images").focus()
    filled.keyboard.press("Enter")
    form = dialog(filled, "Assign images")
    expect(form.get_by_role("checkbox").first).to_be_focused()
    filled.keyboard.press("Space")
    filled.keyboard.press("Tab")
    filled.keyboard.type("3")
    expect(form.locator("output")).to_have_text("3 of 34 images given, 31 left over")
    filled.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(filled.get_by_role("button", name="Assign images")).to_be_focused()


def test_without_scripts_links_open_the_forms(site: Site, context: BrowserContext) -> None:
    site.application.team.save(TEAM, NOW)
    batch = add_batch(site.application)
    give(site.application, batch, {ANN: 4})
    browser = context.browser
    assert browser
    with browser.new_context(java_script_enabled=False) as plain:
        sign_in(plain, site)
        page = plain.new_page()
        page.goto(f"{site.url}{PAGE}")
        page.get_by_role("link", name="Reassign").click()
        expect(page.locator("#reassign").get_by_label("From")).to_be_visible()
        expect(page.get_by_role("button", name="Reassign")).to_have_count(1)
        expect(page.locator("#take-back")).to_be_hidden()
