"""route."""

import sqlalchemy as sa
from alembic import op

revision = "0009_route"
down_revision = "0008_group"
branch_labels = None
depends_on = None


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False)


def upgrade() -> None:
    op.create_table('blindness',
    sa.Column('channel_id', sa.BigInteger(), autoincrement=False, nullable=False),
    _id('project_id'),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('began_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=False),
    _id('first_card_id'),
    _id('last_card_id'),
    sa.Column('fired', sa.Integer(), nullable=False),
    sa.Column('still_open', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('channel_id', name=op.f('pk_blindness'))
    )
    op.create_table('closure',
    sa.Column('channel_id', sa.BigInteger(), autoincrement=False, nullable=False),
    _id('project_id'),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('began_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('moved_to', sa.BigInteger(), nullable=True),
    sa.Column('cards', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('channel_id', name=op.f('pk_closure'))
    )
    op.add_column('source', sa.Column('fallback_channel_id', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('source', 'fallback_channel_id')
    op.drop_table('closure')
    op.drop_table('blindness')
