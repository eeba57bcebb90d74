"""Which segments are merged, so that a version has few of them however many builds there were.

Segments are of one tier where the smaller holds more than an eighth of the larger; eight of a tier
at the end are merged into one. A record is so written again once a tier, and the large segments of
the beginning are left alone until what came since is as large.
"""

from collections.abc import Sequence

from plugin.training_set.versions import Segment

FAN_IN = 8


def to_merge(segments: Sequence[Segment]) -> int:
    """How many segments at the end are to be merged; 0 where none are."""
    if not segments:
        return 0
    tier = _tier(segments[-1])
    run = 0
    for segment in reversed(segments):
        if _tier(segment) > tier:
            break
        run += 1
    return run if run >= FAN_IN else 0


def _tier(segment: Segment) -> int:
    """The number of digits of its length to the base FAN_IN."""
    tier, left = 0, segment.records
    while left := left // FAN_IN:
        tier += 1
    return tier
