"""What a made-up camera and its model gave."""

import numpy as np

from plugin.domain.prediction import Box, Prediction
from tests.samples import box, prediction

DENT = Prediction(320, 240, (Box("dent", 0.41, (32, 24, 96, 72)),))
"""A prediction that the rules of `tests.samples.settings` keep."""

SURE = prediction(box(confidence=0.9))
"""One that they turn away."""

RED = np.zeros((240, 320, 3), np.uint8)
"""An image in RGB."""
RED[:, :, 0] = 250
