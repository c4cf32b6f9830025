"""Floor 0: frozen values and pure functions; no I/O, no clock, nothing awaited."""
