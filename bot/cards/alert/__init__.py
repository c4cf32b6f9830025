"""How alerts and their groups look: card, details, lists, memory line."""
