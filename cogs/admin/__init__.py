"""Set-up and status."""
