"""poll: new tables; nothing old changes."""

import sqlalchemy as sa
from alembic import op

revision = "0018_poll"
down_revision = "0017_expectation"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('poll',
    sa.Column('source_id', ID, autoincrement=False, nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('source_id', name=op.f('pk_poll'))
    )
    op.create_table('poll_doubt',
    sa.Column('source_id', ID, autoincrement=False, nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('doubt', sa.Text(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source_id', 'signature', name=op.f('pk_poll_doubt'))
    )


def downgrade() -> None:
    op.drop_table('poll_doubt')
    op.drop_table('poll')
