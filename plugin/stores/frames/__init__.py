"""Frames on their way into Label Studio: the spool, imports, batches and their index."""
