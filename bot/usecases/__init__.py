"""Floor 2: one function is one transaction and one audit entry."""
