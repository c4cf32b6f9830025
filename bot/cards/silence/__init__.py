"""How silences look."""
