"""The sandbox world: guilds, channels, messages, people, permissions."""
