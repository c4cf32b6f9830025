"""Rows and queries of incidents, links, actions and threads."""
