"""board."""

import sqlalchemy as sa
from alembic import op

revision = "0005_board"
down_revision = "0004_token"
branch_labels = None
depends_on = None

_NEW = sa.text('wanted > shown AND parked_reason IS NULL AND message_id IS NULL')
_CHANGED = sa.text('wanted > shown AND parked_reason IS NULL AND message_id IS NOT NULL')
_DIRTY = sa.text('wanted > shown AND parked_reason IS NULL')


def upgrade() -> None:
    op.create_table('board',
    sa.Column('channel_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entered_at', sa.BigInteger(), nullable=False),
    sa.Column('left_at', sa.BigInteger(), nullable=True),
    sa.Column('first_card_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('newest_card_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('channel_id', name=op.f('pk_board'))
    )
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_index('ix_card_dirty', sqlite_where=_DIRTY, postgresql_where=_DIRTY)
        batch_op.create_index('ix_card_new', ['channel_id', 'lane', 'dirty_since', 'id'], unique=False, sqlite_where=_NEW, postgresql_where=_NEW)
        batch_op.create_index('ix_card_changed', ['channel_id', 'lane', 'dirty_since', 'id'], unique=False, sqlite_where=_CHANGED, postgresql_where=_CHANGED)


def downgrade() -> None:
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_index('ix_card_changed', sqlite_where=_CHANGED, postgresql_where=_CHANGED)
        batch_op.drop_index('ix_card_new', sqlite_where=_NEW, postgresql_where=_NEW)
        batch_op.create_index('ix_card_dirty', ['channel_id', 'lane', 'id'], unique=False, sqlite_where=_DIRTY, postgresql_where=_DIRTY)

    op.drop_table('board')
