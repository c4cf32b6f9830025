"""What an emoji on a card means, also while the bot was away."""
