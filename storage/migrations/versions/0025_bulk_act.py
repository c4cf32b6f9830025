"""bulk_act: a new table; nothing old changes."""

import sqlalchemy as sa
from alembic import op

revision = "0025_bulk_act"
down_revision = "0024_desk_epoch"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('bulk_act',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.Column('alert_ids', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_act'))
    )
    op.create_index('ix_bulk_act_made_at', 'bulk_act', ['made_at'], unique=False)


def downgrade() -> None:
    op.drop_table('bulk_act')
