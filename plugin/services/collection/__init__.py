"""What reviewers did comes back: looked for, written down, reconciled."""
