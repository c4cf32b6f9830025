"""person: people's time zones. Nobody has chosen one before: the desk's zone (UTC) goes on for them."""

import sqlalchemy as sa
from alembic import op

revision = "0030_person"
down_revision = "0029_project"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'person',
        sa.Column('project_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('user_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('zone', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('project_id', 'user_id', name=op.f('pk_person')),
    )


def downgrade() -> None:
    op.drop_table('person')
