"""What is asked of and done to recurrences: profile, ranking, work, runs."""
