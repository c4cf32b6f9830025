"""The command that asks whether something may be released."""
