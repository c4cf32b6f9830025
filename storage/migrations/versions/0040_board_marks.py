"""board_marks: a board remembers how urgent and how current it was, so that it is made anew when that changes."""

import sqlalchemy as sa
from alembic import op

revision = "0040_board_marks"
down_revision = "0039_target_crc"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('board', sa.Column('critical', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('board', sa.Column('acts', sa.BigInteger(), nullable=False, server_default='0'))


def downgrade() -> None:
    op.drop_column('board', 'acts')
    op.drop_column('board', 'critical')
