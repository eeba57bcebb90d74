"""The page of a project: its switch, settings, team, traffic and history."""
