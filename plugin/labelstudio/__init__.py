"""Label Studio: the one place that talks to it, and what is particular to its editions."""
