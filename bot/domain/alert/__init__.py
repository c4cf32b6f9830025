"""One episode of a signal: its states, identity, verdicts, flapping and grouping."""
