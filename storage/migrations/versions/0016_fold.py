"""fold.

Sources with a card for each alert, which nobody had to choose, let theirs share a card from the third of a cause on;
`tocsin source shape NAME --card alert` takes that back. Old alerts have no cause and keep their own cards; old groups
began with cards of their own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_fold"
down_revision = "0015_episode"
branch_labels = None
depends_on = None

IS_ALONE = sa.text("cause IS NOT NULL AND group_id IS NULL AND state <> 'resolved'")


def upgrade() -> None:
    op.add_column('alert', sa.Column('cause', sa.Text(), nullable=True))
    op.create_index('ix_alert_cause', 'alert', ['cause'], unique=False, sqlite_where=IS_ALONE, postgresql_where=IS_ALONE)
    op.add_column('alert_group', sa.Column('began_as', sa.BigInteger(), server_default='0', nullable=False))
    op.execute("UPDATE source SET card = 'auto' WHERE card = 'alert'")


def downgrade() -> None:
    op.execute("UPDATE source SET card = 'alert' WHERE card = 'auto'")
    op.drop_column('alert_group', 'began_as')
    op.drop_index('ix_alert_cause', table_name='alert', sqlite_where=IS_ALONE, postgresql_where=IS_ALONE)
    op.drop_column('alert', 'cause')
