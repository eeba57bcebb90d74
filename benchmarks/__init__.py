"""`make bench`: every figure a ratio against a limit or a rival, measured in the same run."""
