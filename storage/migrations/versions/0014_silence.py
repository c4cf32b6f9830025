"""silence, expiry, change: new tables; nothing old changes."""

import sqlalchemy as sa
from alembic import op

revision = "0014_silence"
down_revision = "0013_claim"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
UNSETTLED = sa.text('ended_at IS NULL')


def upgrade() -> None:
    op.create_table('silence',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('uuid', sa.Text(), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('source_id', ID, nullable=True),
    sa.Column('matchers', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False),
    sa.Column('ends_at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('begun_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_silence')),
    sa.UniqueConstraint('uuid', name=op.f('uq_silence_uuid'))
    )
    op.create_index('ix_silence_project_id', 'silence', ['project_id', 'id'], unique=False)
    op.create_index('ix_silence_unsettled', 'silence', ['project_id', 'ends_at'], unique=False, sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)
    op.create_table('expiry',
    sa.Column('alert_id', ID, autoincrement=False, nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('alert_id', name=op.f('pk_expiry'))
    )
    op.create_index('ix_expiry_expires_at', 'expiry', ['expires_at'], unique=False)
    op.create_table('change',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('source_id', ID, nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('links', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change'))
    )
    op.create_index('ix_change_at', 'change', ['project_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_table('change')
    op.drop_table('expiry')
    op.drop_table('silence')
