"""Wire: what goes over HTTP to Discord and what comes back: calls, limits, answers, messages."""
