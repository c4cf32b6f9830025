"""note: there are none before."""

import sqlalchemy as sa
from alembic import op

revision = "0020_note"
down_revision = "0019_hashed_key"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('note',
    sa.Column('id', _ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', _ID, nullable=False),
    sa.Column('source_id', _ID, nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.create_index('ix_note_source_id', ['source_id', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_index('ix_note_source_id')
    op.drop_table('note')
