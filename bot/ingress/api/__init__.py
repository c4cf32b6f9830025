"""The HTTP API for programs: one file a family of routes."""
