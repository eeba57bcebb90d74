"""Image files as they lie on disk: their structure, their metadata, their colours."""
