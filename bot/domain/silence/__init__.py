"""Silences: which alerts wake nobody for a while."""
