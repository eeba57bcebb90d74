"""The demo: the whole loop on one machine, with real servers, a real detector and a script."""
