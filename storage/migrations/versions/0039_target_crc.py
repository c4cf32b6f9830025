"""target_crc: the index of open alerts says where each is, so that those of one place are found in it alone.

What is over keeps 0: should it come back, no other alert is told apart from it.
"""

from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0039_target_crc"
down_revision = "0038_seen_in"
branch_labels = None
depends_on = None

OPEN = sa.text("state <> 'resolved'")


def upgrade() -> None:
    op.drop_index('ix_alert_open', table_name='alert')
    op.add_column('alert', sa.Column('target_crc', sa.BigInteger(), nullable=False, server_default='0'))
    if not op.get_context().as_sql:  # SQL has no checksum on every engine: `tocsin upgrade` alone fills it in
        _fill(op.get_bind())
    _index('target_crc')


def _fill(connection: sa.Connection) -> None:
    rows = connection.execute(sa.text("SELECT id, target FROM alert WHERE state <> 'resolved'")).all()
    if rows:
        connection.execute(
            sa.text("UPDATE alert SET target_crc = :crc WHERE id = :id"),
            [{"id": row.id, "crc": crc32(row.target.encode())} for row in rows],
        )


def downgrade() -> None:
    op.drop_index('ix_alert_open', table_name='alert')
    op.drop_column('alert', 'target_crc')
    _index()


def _index(*more: str) -> None:
    columns = ['project_id', 'id', *more]
    op.create_index('ix_alert_open', 'alert', columns, sqlite_where=OPEN, postgresql_where=OPEN)
