"""The table of API tokens, on the metadata of `storage.table.core`; the same conventions hold here."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Table, Text, text

from storage.table.core import Id, metadata, only

token: Final = Table(
    "token",
    metadata,
    Column("id", Id, Identity(), primary_key=True),
    Column("project_id", Id, ForeignKey("project.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_by_name", Text, nullable=False),
    Column("revoked_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
    Column("severity_cap", Text, nullable=False, server_default="P0"),
)
_LIVE: Final = text("revoked_at IS NULL")
Index(
    "ix_token_live_name",
    token.c.project_id,
    token.c.name,
    unique=True,
    **only(_LIVE),
)
