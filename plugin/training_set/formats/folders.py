"""Image folders, one a class: what torchvision's ImageFolder, Keras and Ultralytics read.

    <split>/<class folder>/<image_id>.jpg
    classes.csv                             index, name, folder
    unlabelled/<split>/<image_id>.jpg       images that nobody gave a class

Readers number the folders that they see by their names: where a split has no image of a class, or a
class came later, those numbers are not ours. `classes.csv` has ours, and so has the format `csv`.
"""

from collections.abc import Iterator

from plugin.training_set.formats.contents import Contents, File
from plugin.training_set.formats.naming import folder_names
from plugin.training_set.formats.tables import table


def write(contents: Contents) -> Iterator[File]:
    """A version as folders of images."""
    folders = folder_names(contents.classes)
    for example in contents.examples():
        labels = example.truth.labels
        place = f"{example.split}/{folders[labels[0].class_name]}" if labels else ""
        place = place or f"unlabelled/{example.split}"
        yield File(f"{place}/{example.file_name}", contents.image(example))
    rows = ((index, name, folders[name]) for name, index in contents.class_indices.items())
    yield File("classes.csv", table([("index", "name", "folder"), *rows]))
