"""thread."""

import sqlalchemy as sa
from alembic import op

revision = "0006_thread"
down_revision = "0005_board"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('incident', sa.Column('home_id', sa.BigInteger(), nullable=True))
    op.add_column('incident', sa.Column('threadless', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_column('threadless')
        batch_op.drop_column('home_id')
