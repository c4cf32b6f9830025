"""The demo: bot and sandbox together on one machine, with a past and a story."""
