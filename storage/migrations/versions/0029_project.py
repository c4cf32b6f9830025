"""project: projects can be removed.

Everything that stands in an old database belongs to the project ``default`` or to one that ``token add --project``
made, and stays there; none of them is removed.
"""

import sqlalchemy as sa
from alembic import op

revision = '0029_project'
down_revision = '0028_audit_method'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('project', sa.Column('removed_at', sa.BigInteger()))


def downgrade() -> None:
    op.drop_column('project', 'removed_at')
