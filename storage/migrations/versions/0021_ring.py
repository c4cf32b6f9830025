"""ring.

Open alerts of before count as rung when their card was posted: nobody is called for them again. What was held
quiet for flapping stays so, as a quiet reason.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_ring"
down_revision = "0020_note"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WAITS = sa.text('lead_id IS NULL')
TOLD = sa.text('lead_id IS NOT NULL')
ENDS = sa.text('until IS NOT NULL')
ACK_ENDS = sa.text('ack_until IS NOT NULL')


def upgrade() -> None:
    op.create_table('ring',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('subject_id', ID, nullable=False),
    sa.Column('run', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('lead_id', ID, nullable=True),
    sa.Column('channel_id', sa.BigInteger(), nullable=True),
    sa.Column('told_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ring'))
    )
    op.create_index('ix_ring_due', 'ring', ['due_at', 'id'], unique=False, sqlite_where=WAITS, postgresql_where=WAITS)
    op.create_index('ix_ring_subject', 'ring', ['subject', 'subject_id'], unique=False, sqlite_where=TOLD, postgresql_where=TOLD)
    op.create_index('ix_ring_lead', 'ring', ['lead_id'], unique=False, sqlite_where=TOLD, postgresql_where=TOLD)
    op.create_index('ix_ring_told', 'ring', ['channel_id', 'told_at'], unique=False, sqlite_where=TOLD, postgresql_where=TOLD)
    op.create_table('quiet_reason',
    sa.Column('alert_id', ID, autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('by_name', sa.Text(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('alert_id', 'kind', name=op.f('pk_quiet_reason')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_quiet_reason_until', 'quiet_reason', ['until'], unique=False, sqlite_where=ENDS, postgresql_where=ENDS)
    op.add_column('alert', sa.Column('run', sa.Integer(), server_default='0', nullable=False))
    op.add_column('alert', sa.Column('loud_since', sa.BigInteger(), nullable=True))
    op.add_column('alert', sa.Column('quiet_kinds', sa.Text(), nullable=True))
    op.add_column('alert', sa.Column('ack_until', sa.BigInteger(), nullable=True))
    op.add_column('alert', sa.Column('silent_at', sa.BigInteger(), nullable=True))
    op.add_column('source', sa.Column('ping', sa.Text(), server_default='{}', nullable=False))
    op.create_index('ix_alert_ack_until', 'alert', ['ack_until'], unique=False, sqlite_where=ACK_ENDS, postgresql_where=ACK_ENDS)
    op.add_column('card', sa.Column('rung_at', sa.BigInteger(), nullable=True))
    op.add_column('card', sa.Column('rung_run', sa.Integer(), nullable=True))
    op.execute('UPDATE card SET rung_at = COALESCE(sent_at, dirty_since), rung_run = 0 WHERE pinged')
    op.drop_column('card', 'roused')
    op.execute("INSERT INTO quiet_reason (alert_id, kind, by, by_name, since, until) SELECT id, 'flap', 'job:flap', 'flap', last_seen_at, quiet_until FROM alert WHERE quiet_until IS NOT NULL")
    op.execute("UPDATE alert SET quiet_kinds = 'flap' WHERE quiet_until IS NOT NULL")
    op.execute("UPDATE alert SET loud_since = opened_at WHERE state <> 'resolved' AND owner IS NULL AND quiet_until IS NULL")


def downgrade() -> None:
    op.add_column('card', sa.Column('roused', sa.Integer(), server_default='0', nullable=False))
    op.drop_column('card', 'rung_run')
    op.drop_column('card', 'rung_at')
    op.drop_index('ix_alert_ack_until', table_name='alert', sqlite_where=ACK_ENDS, postgresql_where=ACK_ENDS)
    op.drop_column('source', 'ping')
    for name in ('silent_at', 'ack_until', 'quiet_kinds', 'loud_since', 'run'):
        op.drop_column('alert', name)
    op.drop_table('quiet_reason')
    op.drop_table('ring')
