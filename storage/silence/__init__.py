"""Rows of silences."""
