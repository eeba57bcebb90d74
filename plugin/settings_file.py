"""Settings of a project as a file that people write: YAML or JSON, in and out."""

from collections.abc import Sequence
from pathlib import Path

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.domain.fields import READABLE
from plugin.domain.settings import ProjectSettings
from plugin.settings_faults import MAX_ERRORS, validated
from plugin.settings_hints import field_error
from plugin.settings_text import MAX_BYTES, read_tree, write_tree


def parse_settings(text: str) -> ProjectSettings:
    """Read settings from YAML or JSON.

    Raises:
        InvalidInputError: naming everything that is wrong, each with its path and a hint.
    """
    tree, repeated = read_tree(text)
    return check_settings(tree, repeated)


def check_settings(tree: object, repeated: Sequence[FieldError] = ()) -> ProjectSettings:
    """The settings that plain values stand for; `repeated` is what was wrong with their text.

    Raises:
        InvalidInputError: naming everything that is wrong, each with its path and a hint.
    """
    settings, found = validated(tree)
    if settings is None or repeated:
        shown = [*repeated, *map(field_error, found[:MAX_ERRORS])][:MAX_ERRORS]
        more = len(repeated) + len(found) - len(shown)
        rest = [FieldError("and more", more, "no errors")] if more else []
        raise InvalidInputError(*shown, *rest)
    return settings


def dump_settings(settings: ProjectSettings) -> str:
    """Settings as YAML, in the order of the documentation, without what is as it usually is."""
    tree = settings.model_dump(mode="json", exclude_defaults=True, context=READABLE)
    if "\n" in settings.instructions:
        tree["instructions"] += "\n"  # a block that ends as blocks do; reading strips it
    return write_tree(tree)


def read_settings(file: Path) -> ProjectSettings:
    """Read settings from a file.

    Raises:
        InvalidInputError: naming everything that is wrong.
    """
    if (size := file.stat().st_size) > MAX_BYTES:
        raise InvalidInputError(FieldError(str(file), size, f"at most {MAX_BYTES} bytes"))
    try:
        return parse_settings(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidInputError(FieldError(str(file), str(error), "text in UTF-8")) from None
