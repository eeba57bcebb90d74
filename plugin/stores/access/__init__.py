"""Who may do what, and who did: deployments, sessions, secrets, signatures, the audit log."""
