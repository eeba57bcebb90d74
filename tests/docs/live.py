"""Pages whose commands and programs run as they stand there, against a server of ours.

Commands of lsal, make, docker and pip do nothing in these scripts: `test_blocks` checks them. But
`lsal deployment create` gives the page's key, which is in force already.
"""

import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import supervision as sv
from standardwebhooks.webhooks import Webhook

from plugin.client import ActiveLearningClient
from plugin.clock import utc_now
from tests.docs.blocks import DOCS, ROOT, blocks_of, files_of
from tests.docs.commands import CHECKS
from tests.docs.stand_ins import CORNERS, Results, picture
from tests.samples import encoded, jpeg
from tests.served import Served

LIVE = (
    ROOT / "README.md",
    *(DOCS / f"{name}.md" for name in ("api", "client", "deployments", "retraining")),
    *sorted((DOCS / "connect").glob("*.md")),
)
ELSEWHERE = {DOCS / "quick-start.md": "tests/integration/test_quick_start.py"}
"""Which test runs the scripts of other pages."""

SERVERS = ("https://lsal.example.com", "https://learn.example.com", "http://127.0.0.1:8090")
"""Where documents say that a server is."""

DENT = {"boxes": [{"class": "dent", "confidence": 0.41, "xyxy": CORNERS}]}
SECRET = "whsec_" + "c2VjcmV0" * 4

_PRELUDE = 'curl() { command curl -sS --fail-with-body "$@"; }\nset -eo pipefail\n'
_NOTHING = "".join(f"{name}() {{ :; }}\n" for name in CHECKS)
_LSAL = 'lsal() { [ "$1 $2" != "deployment create" ] || echo "$KEY_MADE"; }\n'


def is_ours_alone(script: str) -> bool:
    """Whether a script calls nothing but programs whose calls are checked without being run."""
    plain = re.sub(r"\\\n\s*", " ", re.sub(r"(^|\s)#[^\n]*", "", script))
    calls = [each.split() for each in re.split(r"[;&|\n]+", plain) if each.strip()]
    return all(words[0] in (*CHECKS, ".") for words in calls)


def prepare(folder: Path, page: Path) -> None:
    """Lay out what a page's commands find: its own files, images, a video."""
    for name, size in (("frame", (1280, 720)), ("shot", (1280, 720)), ("vga", (640, 480))):
        (folder / f"{name}.jpg").write_bytes(jpeg(*size))
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/activate").touch()
    (folder / "event.json").write_text(encoded({"event_id": page.stem, "prediction": DENT}))
    video = cv2.VideoWriter(
        str(folder / "line-3.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 5, (1280, 720)
    )
    for number in range(2):
        video.write(picture(seed=number))
    video.release()
    for name, text in files_of(page).items():
        (folder / name).write_text(text)


def run_scripts(page: Path, server: Served, key: str, secret: str = "") -> str:
    """Run the commands of a page in their order, in the current folder; what they wrote.

    Raises:
        AssertionError: one of them failed.
    """
    scripts = [each.text for each in blocks_of(page) if each.language == "sh"]
    said = _PRELUDE + _NOTHING + _LSAL + addressed("\necho\n".join(scripts), server.url, key)
    known = {"PATH": os.environ["PATH"], "KEY": key, "KEY_MADE": key, "SECRET": secret}
    ran = subprocess.run(
        ["/bin/bash", "-c", said], env=known, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def addressed(text: str, url: str, key: str) -> str:
    """A text with the address of a server, and secrets, in place of those that are made up."""
    for made_up in SERVERS:
        text = text.replace(made_up, url)
    return text.replace("lsal_…", key).replace("whsec_…", SECRET)


def run_programs(page: Path, server: Served, key: str, secret: str) -> dict[str, Any]:
    """Run the Python of a page in its order, as one program; its names afterwards.

    `sent` among them is how many frames the clients that it made have sent.

    Raises:
        AssertionError: a frame was lost or refused.
    """
    names = _names(page, key, secret)
    sent = 0
    for block in blocks_of(page):
        if block.language == "python":
            code = compile(addressed(block.text, server.url, key), str(block), "exec")
            exec(code, names)  # noqa: S102  our own documentation
            sent += _sent_by(names.get("client"), block.text)
    return names | {"sent": sent}


def _sent_by(client: ActiveLearningClient | None, text: str) -> int:
    """Frames that reached the server, of a client that a program has just made or used."""
    if client is None or "client" not in text:
        return 0
    client.close()
    stats = client.stats()
    assert (stats.rejected, stats.dropped) == (0, 0), stats.last_trouble
    return stats.sent


def _names(page: Path, key: str, secret: str) -> dict[str, Any]:
    """What a page takes for given."""
    found = [("dent", 0.41, CORNERS)]
    as_sv = sv.Detections.from_inference({"image": {}, "predictions": []})
    return {
        "KEY": key, "key": key, "SECRET": secret,
        "frame": picture(), "image": picture(), "prediction": DENT, "camera": [picture()],
        "model": lambda _: DENT,
        "detect": (lambda _: as_sv) if page.stem == "supervision" else (lambda _: found),
        "result": Results(), "request": _request(),
    }  # fmt: skip


def _request() -> SimpleNamespace:
    """What a trainer's web server got from us."""
    body, now = encoded({"type": "training_set.ready"}), utc_now()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", now, body),
    }
    return SimpleNamespace(body=body, headers=headers)
