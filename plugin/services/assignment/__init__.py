"""Who reviews what: shares, changes of them, and teams that are given new images by themselves."""
