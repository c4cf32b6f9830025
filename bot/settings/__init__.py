"""Settings: one typed tree from TOML, environment and secret files, for the composition root and verbs."""
