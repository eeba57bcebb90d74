"""What every page is looked at for: in both themes, by axe, and whether it fits its window."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


def check(page: Page) -> None:
    """Let axe look at what is open: it finds nothing at all."""
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody out."""
    found = Axe().run(page).response["violations"]
    return [each["help"] for each in found if each["impact"] in {"serious", "critical"}]


def outside(area: Locator, elements: str = "*") -> list[str]:
    """Elements of an area that reach beyond the window, unless only screen readers have them."""
    found: list[str] = area.evaluate(
        """(area, elements) => [...area.querySelectorAll(elements)]
          .filter(each => !each.closest(".hidden"))
          .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
          .map(each => each.outerHTML.slice(0, 200))""",
        elements,
    )
    return found
