"""Rows and queries of alerts, their events and groups."""
