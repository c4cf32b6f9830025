"""Floor 3, a door: Discord in."""
