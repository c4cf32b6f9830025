"""Commands and buttons of recurrences."""
