"""How the outbox speaks of itself: boards, outage reports, closed channels."""
