"""Faces are tried on one engine: what they ask of storage is tried on both in the rooms of the use cases."""

import pytest


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url
