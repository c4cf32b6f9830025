"""Rows and queries of recurrences, work items and runs."""
