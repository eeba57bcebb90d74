"""The page of the machinery, and how people are told."""
