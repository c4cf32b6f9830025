"""Floor 3, a door: HTTP in."""
