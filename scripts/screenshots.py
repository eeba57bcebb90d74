"""Take a full-page screenshot: `python scripts/screenshots.py URL OUTFILE [--dark] [--width N]`."""

import argparse
import os
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def main() -> None:
    """Read the command line and take the screenshot."""
    parser = argparse.ArgumentParser(description="Take a full-page screenshot of a URL.")
    parser.add_argument("url", metavar="URL")
    parser.add_argument("outfile", metavar="OUTFILE", type=Path)
    parser.add_argument("--dark", action="store_true", help="as a browser with a dark theme")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels")
    arguments = parser.parse_args()
    take(arguments.url, arguments.outfile, dark=arguments.dark, width=arguments.width)


def take(url: str, outfile: Path, *, dark: bool = False, width: int = 1280) -> None:
    """Take a full-page screenshot of a URL, at two device pixels per pixel."""
    cache = os.environ.get("LSAL_CACHE_DIR") or Path(__file__).parents[1] / ".cache"
    chromium = (Path(cache) / "chromium").read_text().strip()
    outfile.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_ARGUMENTS)
        )
        page = browser.new_page(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            device_scale_factor=2,
        )
        page.goto(url)
        page.screenshot(path=outfile, full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
