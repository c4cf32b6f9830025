"""Floor 1: what each sender says, as Signals; one file a sender, one registry."""
