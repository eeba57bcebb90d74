"""What a version holds and what is new in it, counted image by image from the version before."""

from collections import Counter

from plugin.domain.prediction import Box, Label, Prediction
from plugin.domain.truths import class_names
from plugin.training_set.examples import Example
from plugin.training_set.versions import Changes, Version


class Tally:
    """Counts; each image is replaced at most once."""

    def __init__(self, parent: Version | None) -> None:
        self.images = parent.images if parent else 0
        self.per_class = Counter(parent.per_class if parent else {})
        self.per_split = Counter[str](parent.per_split if parent else {})
        self._kinds = Counter[str]()
        self._changes: dict[str, Counter[str]] = {}

    @property
    def annotations(self) -> int:
        """Boxes and labels of all images."""
        return self.per_class.total()

    @property
    def changes(self) -> Changes:
        """What was replaced so far."""
        per_class = {
            name: (counts["added"], counts["changed"], counts["removed"])
            for name, counts in sorted(self._changes.items())
        }
        return Changes(
            self._kinds["added"], self._kinds["changed"], self._kinds["removed"], per_class
        )

    def replace(self, before: Example | None, after: Example | None) -> None:
        """Count an image with another example; None where it is not in the set."""
        for example, sign in ((before, -1), (after, 1)):
            if example:
                self.images += sign
                self.per_split[example.split] += sign
                for name in class_names(example.truth):
                    self.per_class[name] += sign
        kind = "added" if before is None else "removed" if after is None else "changed"
        self._kinds[kind] += 1
        self._compare(before.truth if before else _NONE, after.truth if after else _NONE)

    def _compare(self, before: Prediction, after: Prediction) -> None:
        """Of each class: what stayed apart, a box that gave way to another is changed."""
        if before is _NONE or after is _NONE:
            gone, new = Counter(class_names(before)), Counter(class_names(after))
        else:
            was, now = _annotations(before), _annotations(after)
            gone, new = _per_class(was - now), _per_class(now - was)
        for name in gone | new:
            counts = self._changes.setdefault(name, Counter())
            changed = min(gone[name], new[name])
            counts["changed"] += changed
            counts["added"] += new[name] - changed
            counts["removed"] += gone[name] - changed


_NONE = Prediction()


def _annotations(truth: Prediction) -> Counter[tuple[str, str]]:
    """Every box and label by its class and all that is said of it."""
    found: list[Box | Label] = [*truth.boxes, *truth.labels]
    return Counter((each.class_name, repr(each)) for each in found)


def _per_class(annotations: Counter[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (name, _), count in annotations.items():
        found[name] += count
    return found
