"""Who may send and ask: sources, tokens, webhooks, and the secrets taken out of text."""
