"""Pictures for the docs: `python -m scripts.demo_screenshots docs/images`.

Plays a demo in a folder of its own, or looks at one that is up (`--data .demo`). Signs in as people
would, and takes every page of ours (light, and dark at a phone's width), then Label Studio's batch
and the next task of a reviewer.
"""

import argparse
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize

from plugin.demo import programs
from plugin.demo.state import load
from tests.chromium import chromium

WINDOW: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
UP = "All of it stays up"
REGIONS_WITH_IMAGE = 5_000  # milliseconds until Label Studio has drawn a task


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="where the pictures go")
    parser.add_argument("--data", type=Path, help="the data folder of a demo that is up")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.data:
        _look_at(arguments.data, arguments.out)
        return
    with TemporaryDirectory() as data, _demo(Path(data)):
        _look_at(Path(data), arguments.out)


@contextmanager
def _demo(data: Path) -> Iterator[None]:
    """A demo that has played its round and stays up; ended afterwards."""
    command = [sys.executable, "-m", "plugin.cli", "demo", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:  # noqa: S603  ours
        try:
            # It writes on while it is up; what it says is short and fits into the pipe.
            said = iter(demo.stdout or ())
            if not any(line.startswith(UP) for line in said):
                raise SystemExit("the demo has ended before it was up")
            yield
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait()


def _look_at(data: Path, out: Path) -> None:
    with chromium() as browser:
        _take(browser, data, out)


def _take(browser: Browser, data: Path, out: Path) -> None:
    state = load(data)
    ours = f"http://127.0.0.1:{state.ports['webhook']}"
    page = browser.new_page(viewport=WINDOW)
    _sign_in_here(page, ours, state.token)
    _take_pages(page, ours, out / "pages")
    reviewer = browser.new_page(viewport=PHONE)
    _sign_in_here(reviewer, ours, next(iter(state.reviewer_tokens.values())))
    reviewer.goto(f"{ours}/mine")
    reviewer.screenshot(path=out / "pages" / "my-reviews.png")
    page.set_viewport_size({"width": 1360, "height": 860})
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


def _take_pages(page: Page, ours: str, out: Path) -> None:
    """Every page; the phone's are of the dark theme."""
    out.mkdir(parents=True, exist_ok=True)
    page.goto(f"{ours}/queue")
    batch = page.locator("tbody th a").first.get_attribute("href")
    page.goto(f"{ours}/")
    project = page.locator("main h2 a, main h3 a").first.get_attribute("href")
    pages = {
        "projects": "/", "project": project, "images": f"{project}/images",
        "analysis": f"{project}/analysis", "queue": "/queue", "batch": batch, "system": "/system",
    }  # fmt: skip
    for name, path in pages.items():
        _take_page(page, f"{ours}{path}", out / f"{name}.png")
    for dialog in ("limits", "conditions"):
        page.goto(f"{ours}{project}?edit={dialog}")
        page.wait_for_timeout(1_000)
        page.screenshot(path=out / f"{dialog}.png")


def _take_page(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.screenshot(path=file.with_stem(f"{file.stem}-phone"))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WINDOW)


def _sign_in_here(page: Page, ours: str, token: str) -> None:
    page.goto(f"{ours}/sign-in")
    page.fill("input[name=token]", token)
    page.click("main button")
    page.wait_for_load_state("networkidle")


def _sign_in(page: Page, label_studio: str, password: str) -> None:
    page.goto(f"{label_studio}/user/login/")
    page.fill("input[name=email]", programs.ADMIN)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
