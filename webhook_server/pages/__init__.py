"""The pages over all projects, and what all pages share."""
