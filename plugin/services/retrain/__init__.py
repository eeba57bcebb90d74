"""A version is due, made and announced until whoever trains has heard of it."""
