"""Silences by typing."""
