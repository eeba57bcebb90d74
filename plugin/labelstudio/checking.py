"""Predictions are checked against the labelling config before Label Studio gets them.

Label Studio stores whatever it is sent; a region that does not fit is not shown, or stops the page.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from plugin.domain.errors import FieldError, InvalidInputError
from plugin.labelstudio.plain_regions import PlainRegions

_MAX_SAID = 3
"""Faults named; of a thousand boxes of one unknown class, one says enough."""

_REGION = re.compile(r"Region (\d+): ")
_VALUE = re.compile(r" Got: \{.*\}\.", re.DOTALL)


def check_prediction(label_config: str, drawn: Mapping[str, Any]) -> None:
    """Make sure that a labelling config has room for a prediction as Label Studio draws it.

    Raises:
        InvalidInputError: naming the first regions that do not fit, and why.
    """
    interface, plain = _interface(label_config)
    if plain.take(drawn):
        return
    faults = interface.validate_prediction(drawn, return_errors=True)
    if faults:
        raise InvalidInputError(*(_named(str(fault), drawn) for fault in faults[:_MAX_SAID]))


def _named(fault: str, drawn: Mapping[str, Any]) -> FieldError:
    """A fault in our words: which region, what is it labelled as, what does the SDK say of it."""
    place = _REGION.match(fault)
    why = _VALUE.sub("", fault[place.end() :] if place else fault)[:300]
    expected = f"what the labelling config has room for ({why})"
    if place is None:
        return FieldError("prediction", drawn.get("score"), expected)
    region = drawn["result"][int(place[1])]
    labels = region.get("value", {}).get(region.get("type"))
    return FieldError(f"prediction.result[{place[1]}]", labels, expected)


@lru_cache(maxsize=64)
def _interface(label_config: str) -> tuple[Any, PlainRegions]:
    # The SDK takes 100 MB and seconds to import, and the web server never gets here.
    from label_studio_sdk._legacy.exceptions import (  # noqa: PLC0415
        LabelStudioXMLSyntaxErrorSentryIgnored,
    )
    from label_studio_sdk.label_interface.interface import LabelInterface  # noqa: PLC0415

    try:
        interface = LabelInterface(label_config)
    except (LabelStudioXMLSyntaxErrorSentryIgnored, ValueError, KeyError) as error:
        refused = FieldError("label_config", label_config, f"a labelling config ({error})")
        raise InvalidInputError(refused) from None
    names = [each.name for each in interface.objects]
    return interface, PlainRegions(interface.controls, names)
