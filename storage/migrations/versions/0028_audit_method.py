"""audit_method.

Of old entries nobody knows any more how their actors were known; their digests are made without it, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = '0028_audit_method'
down_revision = '0027_expired'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('audit', sa.Column('method', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('audit', 'method')
