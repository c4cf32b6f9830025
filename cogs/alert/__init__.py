"""Commands, buttons and lists of alerts and their groups."""
