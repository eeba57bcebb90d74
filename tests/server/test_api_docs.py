"""docs/api.md: its commands work as they stand there, in their order."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from redis import Redis

from tests.samples import jpeg, settings
from tests.served import served

DOCS = Path(__file__).parents[2] / "docs/api.md"
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", DOCS.read_text(), re.DOTALL | re.MULTILINE)
FAILING = 'curl() { command curl -sS --fail-with-body "$@"; }\nset -eo pipefail\n'


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_every_command_works(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    (tmp_path / "frame.jpg").write_bytes(jpeg(1280, 720))
    placeholders, *commands = COMMANDS
    assert "$" not in placeholders
    with served(tmp_path, redis_url, settings()) as server:
        known = {"PATH": os.environ["PATH"], "LSAL": server.url, "KEY": server.key}
        ran = subprocess.run(
            ["/bin/bash", "-c", FAILING + "echo\n".join(commands)],
            env=known, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        said = [msgspec.json.decode(line) for line in ran.stdout.splitlines() if line]
        kept, uploaded, form, refused, bad, unchanged, taken = said
        assert (kept["outcome"], "upload" in kept) == ("kept", True)
        assert (uploaded["outcome"], uploaded["frame_id"]) == ("kept", kept["frame_id"])
        assert form["outcome"] == "kept"
        assert refused == {"outcome": "no_rule_matched"}
        assert (bad["line"], bad["errors"][0]["field"]) == (2, "prediction.boxes[0].class")
        assert (unchanged, taken) == (304, {"taken": True})
        assert len(server.application.spool.pending("parts")) == 2
