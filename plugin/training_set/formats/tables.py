"""Tables for classification: a CSV a split (RFC 4180, UTF-8), beside the images.

    images/<split>/<image_id>.jpg
    <split>.csv

One class an image: the columns `file_name`, `label` and `label_index`, both empty where nobody gave
one. Several: `file_name` and a column for every class, in their order, with 1 where it holds.
`file_name` is relative to the set.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from plugin.domain.prediction import TaskType
from plugin.training_set.examples import Example
from plugin.training_set.formats.contents import SPLITS, Contents, File, image_file

Row = Sequence[str | int]


def write(contents: Contents) -> Iterator[File]:
    """A version as tables."""
    several = contents.task_type is TaskType.MULTI_LABEL_CLASSIFICATION
    named = contents.classes if several else ("label", "label_index")
    rows: dict[str, list[Row]] = {split: [("file_name", *named)] for split in SPLITS}
    for example in contents.examples():
        image = image_file(contents, example)
        row = _several(example, contents) if several else _one(example, contents)
        rows[example.split].append((image.path, *row))
        yield image
    for split, found in rows.items():
        yield File(f"{split}.csv", table(found))


def table(rows: Iterable[Row]) -> bytes:
    """Rows as CSV."""
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _one(example: Example, contents: Contents) -> Row:
    if not example.truth.labels:
        return "", ""
    name = example.truth.labels[0].class_name
    return name, contents.classes.index(name)


def _several(example: Example, contents: Contents) -> Row:
    given = {label.class_name for label in example.truth.labels}
    return [int(name in given) for name in contents.classes]
