"""triage."""

revision = '0007_triage'
down_revision = '0006_thread'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
