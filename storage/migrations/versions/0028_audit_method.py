"""audit_method: how an actor was known, and an index of what was done by others than senders.

Of old entries nobody knows any more how their actors were known; their digests are made without it, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_audit_method"
down_revision = "0027_expired"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('audit', sa.Column('method', sa.Text(), nullable=True))
    somebody = sa.text("actor NOT LIKE 'source:%'")
    op.create_index(
        'ix_audit_actor',
        'audit',
        ['project_id', 'actor', 'id'],
        sqlite_where=somebody,
        postgresql_where=somebody,
    )


def downgrade() -> None:
    op.drop_index('ix_audit_actor', 'audit')
    op.drop_column('audit', 'method')
