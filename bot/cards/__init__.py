"""Floor 1: how subjects look in Discord, as plain data."""
