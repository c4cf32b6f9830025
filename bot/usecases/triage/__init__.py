"""Escalating an alert and gathering what is known of it."""
