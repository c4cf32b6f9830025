"""integrity: the newest report of what breaks an invariant; nobody has looked yet."""

import sqlalchemy as sa
from alembic import op

revision = "0031_integrity"
down_revision = "0030_person"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "integrity",
        sa.Column(
            "project_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_integrity"),
    )


def downgrade() -> None:
    op.drop_table("integrity")
