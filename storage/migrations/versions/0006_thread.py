"""thread."""

revision = '0006_thread'
down_revision = '0005_board'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
