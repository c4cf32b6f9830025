"""How the answer of a release gate looks."""
