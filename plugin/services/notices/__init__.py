"""People are told: noted, routed, delivered."""
