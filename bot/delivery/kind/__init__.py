"""Kinds of cards as messages: a file for each with its `CardMessage`, and a line for each in the registry."""
