"""Pictures of every kind of task: `python -m scripts.task_screenshots docs/images/tasks`.

Starts an installation as the tests do, posts a frame of every kind, looks at each as a reviewer.
"""

import argparse
import secrets
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from plugin.demo.installation import Installation, set_up
from plugin.demo.processes import Processes
from plugin.demo.reviewers import sign_up
from plugin.demo.state import State
from plugin.domain.assigning import Wish
from plugin.domain.batching import Batch
from tests.chromium import chromium
from tests.integration.kinds import KINDS, Kind, post
from tests.integration.pages import open_stream, signed_in

EMAIL, PASSWORD = "ann@example.com", secrets.token_urlsafe(12)
IMPORT_TIMEOUT = 60  # seconds
SETTLING = 1_000  # milliseconds until pictures in the Data Manager are there
COLUMNS = {"width": 1960, "height": 420}
WINDOW = {"width": 1240, "height": 760}


def main() -> None:
    """Read the command line, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="where the pictures go")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    ports = {"redis": 0, "label_studio": 0, "webhook": 0}
    with TemporaryDirectory() as data, Processes(Path(data)) as processes:
        installation = set_up(processes, State(ports=ports))
        sign_up(installation.application.label_studio, EMAIL, PASSWORD)
        with chromium() as browser:
            _take_all(browser, installation, out)
        installation.application.close()


def _take_all(browser: Browser, installation: Installation, out: Path) -> None:
    app = installation.application
    batches = {name: _imported(installation, kind) for name, kind in KINDS.items()}
    with signed_in(browser, app.label_studio.base_url, EMAIL, PASSWORD) as page:
        page.set_viewport_size(WINDOW)  # type: ignore[arg-type]
        for name, batch in batches.items():
            (share,) = app.assigner.assign(batch, [Wish(EMAIL, 1)], shuffle=False).shares
            open_stream(page, app.label_studio.base_url + share.link)
            page.screenshot(path=out / f"{name}.png")
        _take_data_manager(page, app.label_studio.base_url, batches["boxes"], out)


def _imported(installation: Installation, kind: Kind) -> Batch:
    """Post a frame of a kind and wait until it is a task."""
    app = installation.application
    project, _ = post(installation, kind)
    deadline = time.monotonic() + IMPORT_TIMEOUT
    while app.spool.pending(project):
        if time.monotonic() > deadline:
            raise SystemExit(f"{kind.name} was not imported within {IMPORT_TIMEOUT} s")
        time.sleep(0.2)
    return next(iter(app.batches.of_project(project)))


def _take_data_manager(page: Page, url: str, batch: Batch, out: Path) -> None:
    page.set_viewport_size(COLUMNS)  # type: ignore[arg-type]
    page.goto(f"{url}/projects/{batch.label_studio_id}/data")
    page.get_by_text("captured_at").wait_for()
    page.wait_for_timeout(SETTLING)
    page.screenshot(path=out / "data-manager.png")


if __name__ == "__main__":
    main()
