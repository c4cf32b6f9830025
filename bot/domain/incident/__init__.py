"""What people work on together: states, roles, timeline, actions, post-mortem."""
