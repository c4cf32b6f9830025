"""recurrence."""

import sqlalchemy as sa
from alembic import op

revision = "0003_recurrence"
down_revision = "0002_incident"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
SUMS = ('acks', 'ack_us', 'resolves', 'resolve_us', 'self_resolves', 'attention_us', 'noise_votes')
MARKS = ('fixed_by', 'fixed_by_name', 'fix_owner', 'fix_owner_name')
TIMES = ('fixed_at', 'regressed_at', 'regressed_alert_id')


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default='0', nullable=False)


def upgrade() -> None:
    op.add_column('source', sa.Column('ignored_labels', sa.Text(), server_default='[]', nullable=False))
    op.add_column('alert', sa.Column('first_acked_at', sa.BigInteger(), nullable=True))
    for name in SUMS:
        op.add_column('recurrence', number(name))
    for name in MARKS:
        op.add_column('recurrence', sa.Column(name, sa.Text(), nullable=True))
    for name in TIMES:
        op.add_column('recurrence', sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column('recurrence', sa.Column('fix_note', sa.Text(), server_default='', nullable=False))
    for name in ('self_resolves', 'attention_us'):
        op.add_column('recurrence_hour', number(name))
    rebuild_days()
    op.execute('UPDATE alert SET first_acked_at = acked_at')
    fill_sums()
    create_tables()


def fill_sums() -> None:
    """The sums over the episodes there are; attention begins now, for nobody wrote down when acks ended."""
    episodes = 'FROM alert a WHERE a.recurrence_id = recurrence.id'
    over = f"{episodes} AND a.state = 'resolved' AND a.resolved_at IS NOT NULL"
    alone = "a.owner IS NULL AND (a.resolved_by LIKE 'source:%' OR a.resolved_by LIKE 'job:%')"
    op.execute(sa.text(f"""
        UPDATE recurrence SET
            acks = (SELECT count(a.first_acked_at) {episodes}),
            ack_us = (SELECT CAST(coalesce(sum(a.first_acked_at - a.opened_at), 0) AS BIGINT) {episodes}),
            resolves = (SELECT count(*) {over}),
            resolve_us = (SELECT CAST(coalesce(sum(a.resolved_at - a.opened_at), 0) AS BIGINT) {over}),
            self_resolves = (SELECT count(*) {over} AND {alone})
    """.replace(":%", r"\:%")))


def rebuild_days() -> None:
    """By recurrence first: one b-tree instead of two, and a ranking walks each recurrence's last days."""
    op.rename_table('recurrence_day', 'recurrence_day_old')
    if op.get_context().dialect.name == 'postgresql':
        op.execute('ALTER TABLE recurrence_day_old RENAME CONSTRAINT pk_recurrence_day TO pk_recurrence_day_old')
    op.create_table('recurrence_day',
    sa.Column('recurrence_id', ID, autoincrement=False, nullable=False),
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('occurrences', sa.Integer(), nullable=False),
    sa.Column('episodes', sa.Integer(), nullable=False),
    number('self_resolves'),
    number('attention_us'),
    sa.PrimaryKeyConstraint('recurrence_id', 'day', name=op.f('pk_recurrence_day')),
    sqlite_with_rowid=False
    )
    op.execute(
        'INSERT INTO recurrence_day (recurrence_id, day, occurrences, episodes) '
        'SELECT recurrence_id, day, occurrences, episodes FROM recurrence_day_old'
    )
    op.drop_table('recurrence_day_old')


def create_tables() -> None:
    op.create_table('run',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('project_id', ID, nullable=False),
    sa.Column('agent', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('queued_at', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('output', sa.Text(), nullable=False),
    sa.Column('event_id', ID, nullable=True),
    sa.Column('alert_id', ID, nullable=True),
    sa.Column('recurrence_id', ID, nullable=True),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_run_project_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run')),
    sa.UniqueConstraint('project_id', 'agent', 'key', name=op.f('uq_run_project_id_agent_key'))
    )
    op.create_index('ix_run_recurrence_id', 'run', ['recurrence_id', 'id', 'state'], sqlite_where=sa.text('recurrence_id IS NOT NULL'), postgresql_where=sa.text('recurrence_id IS NOT NULL'))
    op.create_index('ix_run_alert_id', 'run', ['alert_id', 'id'])
    op.create_table('noise_vote',
    sa.Column('recurrence_id', ID, autoincrement=False, nullable=False),
    sa.Column('voter', sa.Text(), nullable=False),
    sa.Column('alert_id', ID, autoincrement=False, nullable=False),
    sa.Column('voter_name', sa.Text(), nullable=False),
    sa.Column('voted_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('recurrence_id', 'voter', 'alert_id', name=op.f('pk_noise_vote')),
    sqlite_with_rowid=False
    )
    op.create_table('handoff',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('recurrence_id', ID, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('assignee', sa.Text(), nullable=True),
    sa.Column('assignee_name', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['recurrence_id'], ['recurrence.id'], name=op.f('fk_handoff_recurrence_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff'))
    )
    op.create_index('ix_handoff_recurrence_id', 'handoff', ['recurrence_id', 'id'])
    op.create_table('work_check',
    sa.Column('id', ID, sa.Identity(always=False), nullable=False),
    sa.Column('recurrence_id', ID, nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('next_step', sa.Text(), nullable=False),
    sa.Column('passed', sa.Boolean(), nullable=False),
    sa.Column('checks', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['recurrence_id'], ['recurrence.id'], name=op.f('fk_work_check_recurrence_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_check'))
    )
    op.create_index('ix_work_check_recurrence_id', 'work_check', ['recurrence_id', 'id'])


def downgrade() -> None:
    for name in ('work_check', 'handoff', 'noise_vote', 'run'):
        op.drop_table(name)
    op.rename_table('recurrence_day', 'recurrence_day_new')
    if op.get_context().dialect.name == 'postgresql':
        op.execute('ALTER TABLE recurrence_day_new RENAME CONSTRAINT pk_recurrence_day TO pk_recurrence_day_new')
    op.create_table('recurrence_day',
    sa.Column('project_id', ID, autoincrement=False, nullable=False),
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('recurrence_id', ID, autoincrement=False, nullable=False),
    sa.Column('occurrences', sa.Integer(), nullable=False),
    sa.Column('episodes', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('project_id', 'day', 'recurrence_id', name=op.f('pk_recurrence_day')),
    sqlite_with_rowid=False
    )
    op.execute(
        'INSERT INTO recurrence_day (project_id, day, recurrence_id, occurrences, episodes) '
        'SELECT r.project_id, d.day, d.recurrence_id, d.occurrences, d.episodes '
        'FROM recurrence_day_new d JOIN recurrence r ON r.id = d.recurrence_id'
    )
    op.drop_table('recurrence_day_new')
    op.create_index('ix_recurrence_day_recurrence_id', 'recurrence_day', ['recurrence_id', 'day'])
    for name in ('self_resolves', 'attention_us'):
        op.drop_column('recurrence_hour', name)
    for name in (*SUMS, *MARKS, *TIMES, 'fix_note'):
        op.drop_column('recurrence', name)
    op.drop_column('alert', 'first_acked_at')
    op.drop_column('source', 'ignored_labels')
