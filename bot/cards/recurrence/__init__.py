"""How recurrences look: profile, ranking, work items, chart."""
