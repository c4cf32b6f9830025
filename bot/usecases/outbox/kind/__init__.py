"""Kinds of cards: one file for each, with its entry `CardSubject`; the registry has a line for each."""
