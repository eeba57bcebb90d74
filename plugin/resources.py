"""Where the files that are not code lie: beside the code in a wheel, at the top of a checkout."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def label_config_folder() -> Path:
    """The folder with one labelling config per task type."""
    return _first(_HERE / "label_config", _HERE.parent / "label_config")


def templates_folder() -> Path:
    """The folder with the pages' templates."""
    return _first(_HERE.parent / "webhook_server" / "templates", _HERE.parent / "templates")


def _first(*folders: Path) -> Path:
    return next(folder for folder in folders if folder.is_dir())
