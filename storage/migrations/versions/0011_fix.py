"""fix."""

import sqlalchemy as sa
from alembic import op

revision = "0011_fix"
down_revision = "0010_ledger"
branch_labels = None
depends_on = None

_MENDING = sa.text('recurrence_id IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recurrence_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index('ix_action_item_recurrence_id', ['recurrence_id'], unique=False, sqlite_where=_MENDING, postgresql_where=_MENDING)


def downgrade() -> None:
    with op.batch_alter_table('action_item', schema=None) as batch_op:
        batch_op.drop_index('ix_action_item_recurrence_id', sqlite_where=_MENDING, postgresql_where=_MENDING)
        batch_op.drop_column('recurrence_id')
