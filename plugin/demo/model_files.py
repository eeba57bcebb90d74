"""Fetch the demo's detector: two files out of one npm package, checked by their sums.

The package is MediaPipe's Objectron (Apache-2.0), which carries an SSD-MobileNetV2 trained on
Open Images v4. Neither file is kept in this repository.
"""

import contextlib
import hashlib
import importlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from pathlib import Path

from plugin.domain.errors import UnavailableError

PACKAGE = "@mediapipe/objectron@0.4.1675468480"
MODEL_NAME = "object_detection_ssd_mobilenetv2_oidv4_fp16.tflite"
LABELS_NAME = "object_detection_oidv4_labelmap.txt"
NPM_TIMEOUT = 120.0
"""Seconds that npm may take for its 33 MB."""

SHA256 = {
    # MediaPipe's own third_party/external_files.bzl lists the same sum for the model.
    MODEL_NAME: "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
    LABELS_NAME: "c148336a65f673013609a923fdcbdeec0f49df935045029c3746a3828a0e80e0",
}

CLASSES: tuple[str, ...] = (
    "Bicycle",
    "Boot",
    "Laptop",
    "Person",
    "Chair",
    "Cattle",
    "Desk",
    "Cat",
    "Computer mouse",
    "Computer monitor",
    "Box",
    "Mug",
    "Coffee cup",
    "Stationary bicycle",
    "Table",
    "Bottle",
    "High heels",
    "Vehicle",
    "Footwear",
    "Dog",
    "Book",
    "Camera",
    "Car",
)
"""The label map's classes in its order, without its entry 0, the background."""

_ASSETS = "package/objectron_solution_packed_assets.data"
_ASSETS_BYTES = 9_987_912
# Where the two files lie in the assets. The package's loader script says the same, but with the
# version pinned and the sums checked there is no need to parse somebody's JavaScript.
_PLACES = {LABELS_NAME: slice(0, 184), MODEL_NAME: slice(184, _ASSETS_BYTES)}


class DetectorUnavailable(UnavailableError):  # noqa: N818 - a state of this machine, not a mistake
    """The real detector cannot run here; `reason` says why, in a few words for the screen."""

    def __init__(self, reason: str) -> None:
        super().__init__("detector", reason)


def fetch_model(cache: Path) -> Path:
    """The folder with the model and its label map, fetched with npm where it is not there yet.

    Safe to call from several processes at once and after a crash: the folder appears complete
    and checked, or not at all.

    Args:
        cache: the project's cache folder; the files go into its `detector` folder.

    Returns:
        `cache / "detector"`, holding `MODEL_NAME` and `LABELS_NAME`.

    Raises:
        DetectorUnavailable: npm or ai_edge_litert is missing, npm fails or takes too long,
            a sum is wrong, or the files cannot be written.
    """
    _require_litert()
    folder = cache / "detector"
    if not _is_complete(folder):
        try:
            _fetch_into(folder)
        except OSError as error:
            raise DetectorUnavailable(f"it cannot be fetched into {folder} ({error})") from error
    return folder


def read_checked(path: Path) -> bytes:
    """The content of one of the two files, known by its name.

    Raises:
        DetectorUnavailable: the file cannot be read, or is not the one we know.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DetectorUnavailable(f"{path} cannot be read ({error.strerror})") from error
    _check(path.name, content)
    return content


def _check(name: str, content: bytes) -> None:
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise DetectorUnavailable(f"{name} is not the file we know (its sha256 differs)")


def _require_litert() -> None:
    try:
        importlib.import_module("ai_edge_litert.interpreter")
    except ImportError as error:
        raise DetectorUnavailable(f"ai_edge_litert cannot be imported ({error})") from error


def _is_complete(folder: Path) -> bool:
    try:
        for name in SHA256:
            read_checked(folder / name)
    except DetectorUnavailable:
        return False
    return True


def _fetch_into(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the final place, because a rename is atomic within one file system only.
    with tempfile.TemporaryDirectory(prefix=".detector-", dir=folder.parent) as temporary:
        unpacked = Path(temporary) / "unpacked"
        _unpack(_npm_pack(Path(temporary)), unpacked)
        _publish(unpacked, folder)


def _npm_pack(folder: Path) -> Path:
    """Have npm download the package into an empty folder; the path of its archive."""
    npm = shutil.which("npm")
    if npm is None:
        raise DetectorUnavailable("npm is missing")
    # Scripts of the package never run; one retry, since a demo without a network should start soon.
    command = [npm, "pack", "--ignore-scripts", "--loglevel=error", "--fetch-retries=1", PACKAGE]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command line, no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=NPM_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DetectorUnavailable(f"npm took more than {NPM_TIMEOUT:g} seconds") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        raise DetectorUnavailable(f"npm failed ({_last_words(done.stderr)})")
    return archives[0]


def _last_words(stderr: bytes) -> str:
    """The last line that npm printed, apart from the one that points to its log file.

    Its error code goes first, as that last line is often mere advice.
    """
    text = stderr.decode(errors="replace")
    lines = [line.strip() for line in text.splitlines()]
    telling = [line for line in lines if line and "complete log of this run" not in line]
    code = re.search(r"^npm (?:error|ERR!) code (\w+)", text, re.MULTILINE)
    last = telling[-1][:200] if telling else "it printed nothing"
    return f"{code[1]}: {last}" if code else last


def _unpack(archive: Path, folder: Path) -> None:
    """Write the two files under our own names: no name in the archive becomes a path."""
    try:
        with tarfile.open(archive, "r:gz") as packed:
            assets = packed.extractfile(_ASSETS)
            content = assets.read(_ASSETS_BYTES) if assets else b""
    except (tarfile.TarError, KeyError, EOFError, zlib.error) as error:
        raise DetectorUnavailable("npm delivered an archive that we cannot read") from error
    folder.mkdir()
    for name, place in _PLACES.items():
        _check(name, content[place])
        (folder / name).write_bytes(content[place])


def _publish(unpacked: Path, folder: Path) -> None:
    """Rename the finished folder into place, whatever lies there."""
    if folder.exists() and not _is_complete(folder):
        # Aside first, because a folder with files in it cannot be renamed over.
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            folder.rename(unpacked.with_name("broken"))
    try:
        unpacked.rename(folder)
    except OSError:
        if not _is_complete(folder):
            raise
