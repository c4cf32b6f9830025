"""Rows and queries of sources, tokens, projects and the audit chain."""
