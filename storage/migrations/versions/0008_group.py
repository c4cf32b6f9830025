"""group."""

import sqlalchemy as sa
from alembic import op

revision = "0008_group"
down_revision = "0007_triage"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
IS_MEMBER = sa.text('group_id IS NOT NULL')
IS_QUIET = sa.text('quiet_until IS NOT NULL')


def upgrade() -> None:
    op.create_table('alert_group',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('source_id', ID, nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('severity', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('joined_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_group'))
    )
    op.create_index('ix_alert_group_cause', 'alert_group', ['project_id', 'cause', 'id'], unique=False)
    op.add_column('alert', sa.Column('group_id', ID, nullable=True))
    op.add_column('alert', sa.Column('flapped_at', sa.Text(), nullable=True))
    op.add_column('alert', sa.Column('quiet_until', sa.BigInteger(), nullable=True))
    op.create_index('ix_alert_group_id', 'alert', ['group_id', 'id'], unique=False, sqlite_where=IS_MEMBER, postgresql_where=IS_MEMBER)
    op.create_index('ix_alert_quiet', 'alert', ['quiet_until'], unique=False, sqlite_where=IS_QUIET, postgresql_where=IS_QUIET)
    op.add_column('card', sa.Column('roused', sa.Integer(), server_default='0', nullable=False))
    op.add_column('source', sa.Column('card', sa.Text(), server_default='alert', nullable=False))


def downgrade() -> None:
    op.drop_index('ix_alert_quiet', table_name='alert', sqlite_where=IS_QUIET, postgresql_where=IS_QUIET)
    op.drop_index('ix_alert_group_id', table_name='alert', sqlite_where=IS_MEMBER, postgresql_where=IS_MEMBER)
    op.drop_column('source', 'card')
    op.drop_column('card', 'roused')
    for name in ('quiet_until', 'flapped_at', 'group_id'):
        op.drop_column('alert', name)
    op.drop_table('alert_group')
