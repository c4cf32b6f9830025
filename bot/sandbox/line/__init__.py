"""The gateway of the sandbox: sessions and streams."""
