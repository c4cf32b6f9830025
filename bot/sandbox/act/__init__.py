"""What changes the sandbox world: posting, reacting, pinning, threads."""
