"""episode.

Old alerts keep what was shown of them: nothing said beyond it, no start but the one they opened at; the time to
acknowledge of what is open counts from there, for their receipt was not kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_episode"
down_revision = "0014_silence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('alert', sa.Column('said', sa.Text(), nullable=True))
    op.add_column('alert', sa.Column('ending', sa.Text(), nullable=True))
    op.add_column('alert', sa.Column('started_at', sa.BigInteger(), nullable=True))
    op.add_column('alert', sa.Column('received_at', sa.BigInteger(), nullable=True))
    op.create_table('early_end',
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('project_id', 'signature', name=op.f('pk_early_end'))
    )
    op.create_index('ix_early_end_until', 'early_end', ['until'], unique=False)


def downgrade() -> None:
    op.drop_table('early_end')
    for name in ('received_at', 'started_at', 'ending', 'said'):
        op.drop_column('alert', name)
