"""Settings before and after they are in force: switched on, tried on recent traffic, replayed."""
