"""Faults and rate limits that the sandbox can be told to have."""
