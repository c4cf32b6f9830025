"""Rows and queries of briefs and requests to outside programs."""
