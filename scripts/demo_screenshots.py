"""Pictures for the docs, of a demo that is up: `demo_screenshots.py .demo docs/images`.

Signs in to Label Studio as a person would and takes the batch, the next task of a reviewer, and the
dashboard.
"""

import argparse
import os
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from screenshots import CHROMIUM_ARGUMENTS

from plugin.demo import programs
from plugin.demo.state import load

REGIONS_WITH_IMAGE = 5_000  # milliseconds until Label Studio has drawn a task


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the demo's data folder")
    parser.add_argument("out", type=Path, help="where the pictures go")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    cache = Path(os.environ.get("LSAL_CACHE_DIR", ".cache"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=(cache / "chromium").read_text().strip(), args=list(CHROMIUM_ARGUMENTS)
        )
        _take(browser, arguments.data, arguments.out)
        browser.close()


def _take(browser: Browser, data: Path, out: Path) -> None:
    state = load(data)
    page = browser.new_page(viewport={"width": 1360, "height": 860})
    page.goto(f"http://127.0.0.1:{state.ports['webhook']}/sign-in")
    page.fill("input[name=token]", state.token)
    page.click("main button")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=out / "dashboard.png", full_page=True)
    label_studio = f"http://127.0.0.1:{state.ports['label_studio']}"
    _sign_in(page, label_studio, state.password)
    page.goto(f"{label_studio}/projects/1/data?tab=1")
    page.wait_for_timeout(REGIONS_WITH_IMAGE)
    page.screenshot(path=out / "batch.png")
    page.goto(f"{label_studio}/projects/1/data?tab=1&labeling=1")
    page.wait_for_timeout(REGIONS_WITH_IMAGE)
    page.keyboard.press("Escape")  # the instructions
    page.wait_for_timeout(1_000)
    page.screenshot(path=out / "task.png")


def _sign_in(page: Page, label_studio: str, password: str) -> None:
    page.goto(f"{label_studio}/user/login/")
    page.fill("input[name=email]", programs.ADMIN)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
