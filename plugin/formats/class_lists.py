"""A model's class list: as typed, or from the files that trainers and exports leave beside a model.

Read are a `data.yaml` of Ultralytics or Roboflow (https://docs.ultralytics.com/datasets), a COCO
file (https://cocodataset.org/#format-data), a list or table of names in JSON, and a text with one
name a line (`classes.txt`, `obj.names`, `_darknet.labels`).
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.settings_text import read_tree

MAX_BYTES = 1_000_000_000
"""Of a COCO file; it is read as a whole."""

_FILES = "data.yaml, a COCO file, a list of names in JSON, or a text with a name a line"
_IS_FILE = re.compile(r"[/\\]|\.(ya?ml|json|txt|names|labels)$")


class ClassList(NamedTuple):
    """Classes, in the order of the model's numbers; keypoints where it has some."""

    classes: tuple[str, ...]
    keypoints: tuple[str, ...] = ()


class _Category(msgspec.Struct):
    id: int | str
    name: str
    supercategory: str | None = None
    keypoints: list[str] = []


class _Annotation(msgspec.Struct):
    category_id: int | str


class _Coco(msgspec.Struct):
    categories: list[_Category]
    annotations: list[_Annotation] = []


def read_classes(given: str) -> ClassList:
    """The classes that somebody typed between commas, or that a file of this path names.

    Raises:
        InvalidInputError: there is no such file, or it names none.
    """
    path = Path(given).expanduser()
    if _IS_FILE.search(given) or path.is_file():
        found = _of_file(path)
    else:
        found = ClassList(tuple(name for each in given.split(",") if (name := each.strip())))
    if not found.classes:
        raise InvalidInputError(FieldError("classes", given, f"names between commas, or {_FILES}"))
    return found


def _of_file(path: Path) -> ClassList:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InvalidInputError(FieldError("classes", size, f"at most {MAX_BYTES} bytes"))
        data = path.read_bytes()
    except OSError as error:
        said = f"a file that can be read ({error.strerror}), or names between commas"
        raise InvalidInputError(FieldError("classes", str(path), said)) from None
    try:
        text = "" if path.suffix == ".json" else data.decode()
    except UnicodeDecodeError:
        raise InvalidInputError(FieldError("classes", str(path), _FILES)) from None
    if path.suffix == ".json":
        return _of_json(path, data)
    if path.suffix in {".yaml", ".yml"}:
        return _of_yaml(path, text)
    return ClassList(tuple(name for line in text.splitlines() if (name := line.strip())))


def _of_json(path: Path, data: bytes) -> ClassList:
    try:
        found = msgspec.json.decode(data, type=_Coco | list[str] | None)
    except msgspec.ValidationError:
        return _of_tree(path, msgspec.json.decode(data))
    except msgspec.DecodeError as error:
        raise InvalidInputError(FieldError("classes", str(path), f"JSON ({error})")) from None
    return _of_coco(found) if isinstance(found, _Coco) else ClassList(tuple(found or ()))


def _of_coco(found: _Coco) -> ClassList:
    used = {each.category_id for each in found.annotations}
    groups = {each.supercategory for each in found.categories}
    # Roboflow's exports begin with a category that stands for all the others.
    kept = [each for each in found.categories if each.id in used or each.name not in groups]
    points = [point for each in kept for point in each.keypoints]
    return ClassList(tuple(dict.fromkeys(each.name for each in kept)), tuple(dict.fromkeys(points)))


def _of_yaml(path: Path, text: str) -> ClassList:
    tree, repeated = read_tree(text)
    if repeated:
        raise InvalidInputError(*repeated)
    return _of_tree(path, tree)


def _of_tree(path: Path, tree: Any) -> ClassList:  # noqa: ANN401  any JSON or YAML
    """Names in a list, or by their numbers; below `names` or `classes` where one is there."""
    if isinstance(tree, Mapping) and (named := tree.get("names", tree.get("classes"))) is not None:
        points = tree.get("kpt_names")
        by_class = points.values() if isinstance(points, Mapping) else [points or ()]
        return ClassList(_listed(path, named), _listed(path, next(iter(by_class), ())))
    return ClassList(_listed(path, tree))


def _listed(path: Path, named: object) -> tuple[str, ...]:
    if isinstance(named, Mapping) and all(str(key).isdecimal() for key in named):
        named = [named[key] for key in sorted(named, key=int)]
    if not isinstance(named, Sequence) or isinstance(named, str):
        raise InvalidInputError(FieldError(f"classes in {path}", named, _FILES))
    return tuple(str(each) for each in named)
