"""token_cap: how bad a program may call an incident; old tokens may say what their alerts allow, as before."""

import sqlalchemy as sa
from alembic import op

revision = "0032_token_cap"
down_revision = "0031_integrity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("token", sa.Column("severity_cap", sa.Text(), nullable=False, server_default="P0"))


def downgrade() -> None:
    op.drop_column("token", "severity_cap")
