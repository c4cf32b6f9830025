"""Silences: made, changed, ended, and what they mean for alerts."""
