"""Tocsin: the alert desk of a team that lives on Discord."""
