"""seen_in: a recurrence's row says in which channel its last alert is shown; those without any say nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0038_seen_in"
down_revision = "0037_packed"
branch_labels = None
depends_on = None

PLACE = """
    UPDATE recurrence SET channel_id = (SELECT alert.channel_id FROM alert WHERE alert.id = last_alert_id)
    WHERE last_alert_id IS NOT NULL
"""


def upgrade() -> None:
    op.drop_index('ix_recurrence_occurrences', table_name='recurrence')
    op.add_column('recurrence', sa.Column('channel_id', sa.BigInteger(), nullable=True))
    op.execute(PLACE)
    _index('channel_id')


def downgrade() -> None:
    op.drop_index('ix_recurrence_occurrences', table_name='recurrence')
    op.drop_column('recurrence', 'channel_id')
    _index()


def _index(*more: str) -> None:
    columns: list[str | sa.TextClause] = ['project_id', sa.text('occurrences DESC'), 'id', 'last_seen_at', *more]
    op.create_index('ix_recurrence_occurrences', 'recurrence', columns)
