"""Finished reviews become versions of a training set: built, proved, handed over, analysed."""
