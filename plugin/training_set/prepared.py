"""What goes into a training set once its split is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from plugin.domain.consensus import Opinion
from plugin.domain.prediction import Prediction
from plugin.domain.splitting import SPLITS, Split
from plugin.training_set.examples import REVIEW, Example, Provenance
from plugin.training_set.grouping import Traits, group_name
from plugin.training_set.segments import Row


def annotations_of(provenance: Provenance, opinions: Sequence[Opinion]) -> int:
    """How many finished annotations of Label Studio something stands for."""
    return (len(opinions) or 1) if provenance.origin == REVIEW else 0


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """An image as it is trained on.

    In the set already where `data` is None and `posted_as` empty; `posted_as` is the key of an
    object that is this image, to the byte.
    """

    sha256: str
    width: int
    height: int
    content_type: str
    extension: str
    data: bytes | None = None
    posted_as: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image with a sound truth; `split` where it brings one along."""

    image_id: str
    image: PreparedImage
    truth: Prediction
    provenance: Provenance
    opinions: tuple[Opinion, ...]
    traits: Traits
    split: Split | None = None

    @property
    def annotations(self) -> int:
        """How many finished annotations of Label Studio it stands for."""
        return annotations_of(self.provenance, self.opinions)

    def example(self, row: Row) -> Example:
        """The example that it becomes in a group and split."""
        return Example(
            image_id=self.image_id,
            file_name=f"{self.image_id}.{self.image.extension}",
            sha256=self.image.sha256,
            width=self.image.width,
            height=self.image.height,
            content_type=self.image.content_type,
            split=SPLITS[row.split],
            group=group_name(row),
            truth=self.truth,
            provenance=self.provenance,
            opinions=self.opinions,
        )
