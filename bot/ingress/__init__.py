"""The door for senders: HTTP in."""
