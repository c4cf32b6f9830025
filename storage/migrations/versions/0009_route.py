"""route."""

revision = '0009_route'
down_revision = '0008_group'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
