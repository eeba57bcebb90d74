"""`.env`: written so that everybody reads the same from it, and nothing in it is lost."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from pydantic_settings import DotEnvSettingsSource

from plugin.config import Config
from plugin.domain.errors import InvalidInputError
from plugin.env_file import merged, write_env

BEFORE = """# of docker-compose.yml
POSTGRES_PASSWORD=made-up

export REDIS_URL=redis://first:6379/0
REDIS_URL = redis://second:6379/0
LSAL_MANAGERS='ann@example.com ben@example.com'"""


def read(path: Path) -> dict[str, str | None]:
    return dict(DotEnvSettingsSource(Config, env_file=path, case_sensitive=True).env_vars)


def test_other_lines_stay_and_the_last_of_several_is_the_one_that_changes() -> None:
    after = merged(BEFORE, {"REDIS_URL": "redis://third:6379/0", "STORE_URL": "data/store"})
    before = BEFORE.splitlines()
    assert after.splitlines() == [
        *before[:4], "REDIS_URL=redis://third:6379/0", before[5], "STORE_URL=data/store",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["", "redis://:p#ss@h:6379/0", "a b", "50% $HOME `x` !", 'say "so"', "s3://b/p?x=1&y=2", "ä€"],
)
def test_python_and_a_shell_read_what_was_meant(tmp_path: Path, value: str) -> None:
    path = tmp_path / ".env"
    write_env(path, merged("", {"STORE_URL": value}))
    assert read(path) == {"STORE_URL": value}
    script = f'. {path}; printf %s "$STORE_URL"'
    ran = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    assert ran.stdout.decode() == value


@pytest.mark.parametrize("value", ["a\nREDIS_URL=x", "it's", "a\\b", "${HOME}", "\x00"])
def test_what_cannot_stand_there_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError, match="STORE_URL"):
        merged("", {"STORE_URL": value})


def test_it_is_for_its_owner_alone_and_replaced_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real"
    real.write_text(BEFORE)
    real.chmod(0o644)
    (tmp_path / ".env").symlink_to(real)
    write_env(tmp_path / ".env", "A=1\n")
    assert (real.read_text(), stat.S_IMODE(real.stat().st_mode)) == ("A=1\n", 0o600)
    assert (tmp_path / ".env").is_symlink()

    def cut_off(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", cut_off)
    with pytest.raises(KeyboardInterrupt):
        write_env(tmp_path / ".env", "A=2\n")
    assert real.read_text() == "A=1\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == [".env", "real"]
