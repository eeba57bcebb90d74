"""What is found in a set of files: its images, and what it says of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.prediction import Prediction
from plugin.domain.splitting import Split

TruthOf = Callable[[int, int], Prediction]
"""The truth of an image by its width and height (pixels); raises InvalidInputError."""

IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp"})

SPLIT_NAMES: dict[str, Split] = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val",
    "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundImage:
    """An image file; `source` is its path inside the set, `split` None where it has none."""

    path: Path
    source: str
    split: Split | None
    truth: TruthOf


@dataclass(frozen=True, slots=True)
class FoundSet:
    """A set of files, its classes in its own order."""

    classes: tuple[str, ...]
    keypoints: tuple[str, ...]
    images: Sequence[FoundImage]


def split_named(words: Iterable[str]) -> Split | None:
    """The split that one of some words names: `train`, `valid` or `instances_val2017`."""
    for word in words:
        for part in word.lower().replace("-", "_").replace(".", "_").split("_"):
            if found := SPLIT_NAMES.get(part.rstrip("0123456789")):
                return found
    return None


def images_below(folder: Path) -> list[Path]:
    """Every image file below a folder, sorted; hidden ones are left out."""
    found = (each for each in folder.rglob("*") if each.suffix.lower() in IMAGES)
    return sorted(
        each for each in found
        if each.is_file() and not any(p.startswith(".") for p in each.relative_to(folder).parts)
    )  # fmt: skip


def file_in(folder: Path, name: str) -> Path | None:
    """The file that a set names, below a folder; None where there is none.

    Raises:
        InvalidInputError: no file can have this name.
    """
    return _there(folder / name, Path.is_file)


def folder_in(folder: Path, name: str) -> Path | None:
    """The folder that a set names, below a folder; None where there is none.

    Raises:
        InvalidInputError: no folder can have this name.
    """
    return _there(folder / name, Path.is_dir)


def _there(path: Path, is_there: Callable[[Path], bool]) -> Path | None:
    try:
        path.lstat()
        return path if is_there(path) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:  # too long, or with a zero byte in it
        expected = f"a name that can be ({error})"
        raise InvalidInputError(FieldError("from", path.name[:80], expected)) from None


def text_of(path: Path) -> str:
    """The text of a file.

    Raises:
        InvalidInputError: it is none in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError(FieldError(path.name, str(error), "text in UTF-8")) from None


def inside(path: Path, root: Path) -> str:
    """The path of a file as the set knows it.

    Raises:
        InvalidInputError: it lies elsewhere, by its path or by a symbolic link: a set that somebody
            else made must not bring in what lies beside it.
    """
    real, top = path.resolve(), root.resolve()
    if not real.is_relative_to(top):
        raise InvalidInputError(FieldError("image", str(path), f"a file below {root}"))
    known = path.relative_to(root) if path.is_relative_to(root) else real.relative_to(top)
    return known.as_posix()
