"""expectation.

Old sources keep what an alert without a severity has been so far, a warning, and nobody waits for them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_expectation"
down_revision = "0016_fold"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('source', sa.Column('default_severity', sa.Text(), server_default='warning', nullable=False))
    op.add_column('source', sa.Column('expect_every_us', sa.BigInteger(), nullable=True))
    op.add_column('source', sa.Column('expect_grace_us', sa.BigInteger(), nullable=True))
    op.add_column('source', sa.Column('expected_since', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in ('expected_since', 'expect_grace_us', 'expect_every_us', 'default_severity'):
        op.drop_column('source', name)
