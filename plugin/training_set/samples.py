"""What a training set is made of."""

from dataclasses import dataclass

from plugin.domain.prediction import Prediction


@dataclass(frozen=True, slots=True)
class Sample:
    """A reviewed image: its file name in the set, and the boxes a person agreed to (pixels)."""

    file_name: str
    truth: Prediction
