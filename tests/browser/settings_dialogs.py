"""The dialogs of a project's settings, as somebody without a mouse opens them."""

from playwright.sync_api import Locator, Page, expect

from plugin.bootstrap import Application
from plugin.domain.settings import ProjectSettings

UNSURE = {"name": "unsure", "when": {"classes": ["dent"], "confidence": {"below": "60%"}}}
CROWDED = {"name": "crowded", "when": {"count": {"more_than": 30}}, "tags": ["many"]}
RANDOM = {"name": "random", "sampling_rate": "1%"}


def settings_of(application: Application, project: str = "parts") -> ProjectSettings:
    """The settings in force."""
    return application.history.newest(project).settings


def opened(page: Page, name: str) -> Locator:
    """A dialog, opened by the keyboard."""
    page.get_by_role("button", name=f"Edit {name.lower()}").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog).to_be_visible()
    return dialog


def rule(dialog: Locator, number: int) -> Locator:
    """The head of a rule, by its number."""
    return dialog.get_by_role("group", name=f"Rule {number}", exact=True)
