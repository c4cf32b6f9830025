"""What waits to be shown in Discord: cards, plans, boards, outages, the delivery ledger."""
