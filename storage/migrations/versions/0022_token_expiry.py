"""token_expiry.

Old tokens hold until they are revoked, and nobody knows when they were last used.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_token_expiry"
down_revision = "0021_ring"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('token', sa.Column('expires_at', sa.BigInteger(), nullable=True))
    op.add_column('token', sa.Column('last_used_at', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('token', 'last_used_at')
    op.drop_column('token', 'expires_at')
