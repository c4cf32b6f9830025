"""gate: new tables; nothing old changes."""

import sqlalchemy as sa
from alembic import op

revision = "0023_gate"
down_revision = "0022_token_expiry"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('service_level',
    sa.Column('project_id', ID, nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('env', sa.Text(), nullable=False),
    sa.Column('latency_p95_ms', sa.Float(), nullable=True),
    sa.Column('error_rate', sa.Float(), nullable=True),
    sa.Column('max_latency_p95_ms', sa.Float(), nullable=True),
    sa.Column('max_error_rate', sa.Float(), nullable=True),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('project_id', 'service', 'env', name=op.f('pk_service_level'))
    )
    op.create_table('gate_bypass',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('env', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gate_bypass'))
    )
    op.create_index('ix_gate_bypass_project_id_until', 'gate_bypass', ['project_id', 'until'])


def downgrade() -> None:
    op.drop_table('gate_bypass')
    op.drop_table('service_level')
