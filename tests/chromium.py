"""The Chromium that `make test` found, for tests and for the scripts that take pictures."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A browser that is closed afterwards."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  most tests need none

    cache = os.environ.get("LSAL_CACHE_DIR") or Path(__file__).parents[1] / ".cache"
    path = (Path(cache) / "chromium").read_text().strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()
