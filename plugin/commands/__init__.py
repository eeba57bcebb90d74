"""The commands of `lsal`, a file for each subject."""
