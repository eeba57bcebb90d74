"""A disk of any kind, for a piece of Python: a real file system, in a name space of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

MOUNT = 'mount -t tmpfs -o {options} none "$0" && {{ {act}; }} && "$@"'


def said_on_disk(folder: Path, options: str, act: str, code: str) -> str:
    """What some code prints, for which a fresh disk is mounted at a folder, its only argument.

    Args:
        folder: where the disk is seen, by this code alone.
        options: of tmpfs, like its size.
        act: what is done to it first, in the shell; `$0` is the folder.
        code: Python.
    """
    alone = ["unshare", "--mount", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives no name spaces to its users")
    script = MOUNT.format(options=options, act=act)
    command = ["sh", "-c", script, str(folder), sys.executable, "-c", code, str(folder)]
    ran = subprocess.run([*alone, *command], capture_output=True, text=True, check=True)
    return ran.stdout
