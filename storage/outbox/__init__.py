"""Rows and queries of cards, channels, boards, outages and the ledger."""
