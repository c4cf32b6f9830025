"""claim.

Old alerts were never given up (no attempts, no error, no due retry); an open claim made before has no token and
ends by its lease or its owner.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_claim"
down_revision = "0012_sender_secret"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
IS_RETRIED = sa.text('retry_at IS NOT NULL')


def upgrade() -> None:
    op.add_column('alert', sa.Column('claims', sa.Integer(), server_default='0', nullable=False))
    op.add_column('alert', sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
    op.add_column('alert', sa.Column('last_error', sa.Text(), server_default='', nullable=False))
    op.add_column('alert', sa.Column('retry_at', sa.BigInteger(), nullable=True))
    op.create_index('ix_alert_retry', 'alert', ['retry_at'], unique=False, sqlite_where=IS_RETRIED, postgresql_where=IS_RETRIED)
    op.create_table('idempotency',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('request', sa.Text(), nullable=False),
    sa.Column('begun_at', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_idempotency'))
    )
    op.create_index('ix_idempotency_begun_at', 'idempotency', ['begun_at'], unique=False)


def downgrade() -> None:
    op.drop_table('idempotency')
    op.drop_index('ix_alert_retry', table_name='alert', sqlite_where=IS_RETRIED, postgresql_where=IS_RETRIED)
    for name in ('retry_at', 'last_error', 'attempts', 'claims'):
        op.drop_column('alert', name)
