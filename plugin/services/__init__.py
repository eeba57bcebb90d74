"""The stations on a frame's way, one file each: receive, import, assign, collect, export."""
