"""Settings: one typed tree from TOML, environment and secret files, read by the composition root and verbs."""
