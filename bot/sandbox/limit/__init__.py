"""Discord's form rules: every payload is checked whole, and all that is wrong is said at once."""
