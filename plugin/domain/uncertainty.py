"""How unsure a model is, 0 (sure) to 1 (no idea).

Measures of uncertainty sampling: B. Settles, Active Learning Literature Survey, 2009, section 3.1.
"""

from collections.abc import Iterable, Mapping
from math import log

from plugin.domain.prediction import Prediction


def least_confidence(confidence: float) -> float:
    """1 - confidence."""
    return 1.0 - confidence


def margin(scores: Mapping[str, float]) -> float | None:
    """1 - (best - second best); None for fewer than two classes."""
    if len(scores) < 2:
        return None
    best, second = sorted(scores.values(), reverse=True)[:2]
    return 1.0 - (best - second)


def entropy(scores: Mapping[str, float]) -> float | None:
    """Shannon's entropy of the scores, scaled to sum to 1, as a share of its maximum."""
    total = sum(scores.values())
    if len(scores) < 2 or total <= 0:
        return None
    shares = (value / total for value in scores.values())
    return -sum(share * log(share) for share in shares if share > 0) / log(len(scores))


def of_one(measure: str, confidence: float, scores: Mapping[str, float] | None) -> float | None:
    """One box's or label's uncertainty; None where the measure needs scores and has none."""
    if measure == "least_confidence":
        return least_confidence(confidence)
    if not scores:
        return None
    return margin(scores) if measure == "margin" else entropy(scores)


def aggregated(values: Iterable[float | None], how: str) -> float | None:
    """The largest or the mean of the values known; never their sum, or big images would win."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return max(known) if how == "max" else sum(known) / len(known)


def of_prediction(prediction: Prediction) -> float | None:
    """The least confidence of the most doubtful box or label: what reviewers' order goes by."""
    units = prediction.boxes or prediction.labels
    return aggregated((least_confidence(unit.confidence) for unit in units), "max")
