"""triage."""

import sqlalchemy as sa
from alembic import op

revision = "0007_triage"
down_revision = "0006_thread"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
_IN_INCIDENT = sa.text('incident_id IS NOT NULL')
_SETTLING = sa.text('settles_at IS NOT NULL')
_WAITING = sa.text('due_at IS NOT NULL')


def upgrade() -> None:
    op.add_column('run', sa.Column('incident_id', ID, nullable=True))
    op.create_table('brief',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('recurrence_id', ID, nullable=False),
    sa.Column('alert_id', ID, nullable=False),
    sa.Column('incident_id', ID, nullable=True),
    sa.Column('run_id', ID, nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('settles_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_brief_project_id')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_brief_incident_id')),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_brief_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brief'))
    )
    op.create_index('ix_brief_incident_id', 'brief', ['incident_id'], sqlite_where=_IN_INCIDENT, postgresql_where=_IN_INCIDENT)
    op.create_index('ix_brief_recurrence_id', 'brief', ['recurrence_id', 'id'])
    op.create_index('ix_brief_settles', 'brief', ['project_id', 'settles_at'], sqlite_where=_SETTLING, postgresql_where=_SETTLING)
    op.create_table('cooldown',
    sa.Column('recurrence_id', ID, autoincrement=False, nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('recurrence_id', 'what', name=op.f('pk_cooldown')),
    sqlite_with_rowid=False
    )
    op.create_table('agent_call',
    sa.Column('run_id', ID, autoincrement=False, nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('brief_id', ID, nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=True),
    sa.Column('claimed_by', sa.Text(), nullable=True),
    sa.Column('claim_expires_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['brief_id'], ['brief.id'], name=op.f('fk_agent_call_brief_id')),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_agent_call_run_id')),
    sa.PrimaryKeyConstraint('run_id', name=op.f('pk_agent_call'))
    )
    op.create_index('ix_agent_call_due', 'agent_call', ['project_id', 'due_at'], sqlite_where=_WAITING, postgresql_where=_WAITING)


def downgrade() -> None:
    for name in ('agent_call', 'cooldown', 'brief'):
        op.drop_table(name)
    op.drop_column('run', 'incident_id')
