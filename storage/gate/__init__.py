"""Rows and queries of service levels and of gates that were passed by."""
