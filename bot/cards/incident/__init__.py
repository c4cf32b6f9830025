"""How incidents look: head, forms, lists, timeline, reminders, post-mortem."""
