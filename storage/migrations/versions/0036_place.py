"""place: an alert's row says in which channel it is shown; old ones are where their cards are, or their groups'.

What has no card is where its source speaks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036_place"
down_revision = "0034_urgency"
branch_labels = None
depends_on = None

URGENCY = (
    "(CASE severity WHEN 'critical' THEN 4 WHEN 'warning' THEN 2 ELSE 0 END"
    " + CASE WHEN state IN ('acked', 'resolved') THEN 0 ELSE 1 END)"
)
OPEN = sa.text("state <> 'resolved'")
PLACE = """
    UPDATE alert SET channel_id = coalesce(
        (SELECT max(card.channel_id) FROM card WHERE card.kind = 'alert' AND card.subject_id = alert.id),
        (SELECT max(card.channel_id) FROM card WHERE card.kind = 'group' AND card.subject_id = alert.group_id),
        (SELECT source.channel_id FROM source WHERE source.id = alert.source_id),
        0)
"""


def upgrade() -> None:
    op.drop_index('ix_alert_urgency', table_name='alert')
    op.add_column('alert', sa.Column('channel_id', sa.BigInteger(), nullable=False, server_default='0'))
    op.execute(PLACE)
    _index('channel_id')


def downgrade() -> None:
    op.drop_index('ix_alert_urgency', table_name='alert')
    op.drop_column('alert', 'channel_id')
    _index()


def _index(*more: str) -> None:
    columns: list[str | sa.TextClause] = ['project_id', sa.text(URGENCY), 'id', *more]
    op.create_index('ix_alert_urgency', 'alert', columns, sqlite_where=OPEN, postgresql_where=OPEN)
