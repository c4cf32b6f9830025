"""Beside the house: a small Discord on loopback."""
