"""Foreign formats, one file each, each way."""
