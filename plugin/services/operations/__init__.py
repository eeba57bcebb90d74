"""Keeping an installation well: diagnosis, rebuilding, signing in."""
