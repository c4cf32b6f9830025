"""The long life of a signature: rhythm, ranking, profile, work items and runs."""
