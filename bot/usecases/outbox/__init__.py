"""How delivery takes cards from the outbox and gives them back."""
