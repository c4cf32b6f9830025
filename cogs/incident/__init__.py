"""Commands, buttons and forms of incidents."""
