"""Emoji on cards."""
