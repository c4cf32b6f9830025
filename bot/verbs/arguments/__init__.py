"""The arguments of each verb, apart from what carries it out, so that `--help` answers at once."""
