"""Requests against a server as it runs in production."""
