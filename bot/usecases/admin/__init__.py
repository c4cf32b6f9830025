"""What installers and operators do: start-up, settings, sources, tokens, status, events."""
