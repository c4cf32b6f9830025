"""ledger."""

revision = '0010_ledger'
down_revision = '0009_route'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
