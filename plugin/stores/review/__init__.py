"""What reviewers were given and made of it."""
