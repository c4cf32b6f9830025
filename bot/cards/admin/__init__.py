"""How set-up and status look."""
