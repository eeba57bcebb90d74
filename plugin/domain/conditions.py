"""Whether a prediction meets a rule's condition."""

from plugin.domain.prediction import Box, Prediction
from plugin.domain.settings import Confidence, When


def matches(when: When, prediction: Prediction) -> bool:
    """Whether at least `when.at_least` boxes of the named classes lie in the confidence band."""
    needed = when.at_least
    for box in prediction.boxes:
        if _counts(when, box):
            needed -= 1
            if needed == 0:
                return True
    return False


def _counts(when: When, box: Box) -> bool:
    if when.classes is not None and box.class_name not in when.classes:
        return False
    return when.confidence is None or _in_band(when.confidence, box.confidence)


def _in_band(band: Confidence, value: float) -> bool:
    return (
        (band.above is None or value > band.above)
        and (band.at_least is None or value >= band.at_least)
        and (band.below is None or value < band.below)
        and (band.at_most is None or value <= band.at_most)
    )
