"""ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0010_ledger"
down_revision = "0009_route"
branch_labels = None
depends_on = None

_SHOWN = sa.text('message_id IS NOT NULL')

def upgrade() -> None:
    op.create_table('ledger',
    sa.Column('card_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('slot', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('lane', sa.SmallInteger(), nullable=False),
    sa.Column('posted', sa.Boolean(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('accepted_at', sa.BigInteger(), nullable=False),
    sa.Column('sent_at', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('card_id', 'slot', name=op.f('pk_ledger')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('ledger', schema=None) as batch_op:
        batch_op.create_index('ix_ledger_sent_at', ['project_id', 'sent_at'], unique=False)

    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_index('ix_card_message_id')
        batch_op.create_index('ix_card_message_id', ['message_id'], unique=False, sqlite_where=_SHOWN, postgresql_where=_SHOWN)


def downgrade() -> None:
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_index('ix_card_message_id', sqlite_where=_SHOWN, postgresql_where=_SHOWN)
        batch_op.create_index('ix_card_message_id', ['message_id'], unique=False)

    op.drop_table('ledger')
