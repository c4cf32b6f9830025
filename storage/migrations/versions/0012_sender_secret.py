"""sender secret: credentials that were there before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0012_sender_secret"
down_revision = "0011_fix"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.add_column(sa.Column('secret', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('credential', schema=None) as batch_op:
        batch_op.drop_column('secret')
