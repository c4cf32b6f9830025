"""How signals become alerts: backlog, batch, tracking, grouping."""
