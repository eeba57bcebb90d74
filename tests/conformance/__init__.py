"""What other projects really answer, recorded, and how ours compares."""
