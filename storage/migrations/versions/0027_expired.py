"""expired: what silence has ended counts as no end any more.

Of old episodes that ended so nobody knows whether they were over: they are taken out of the sums of their
recurrences, and their cards say it when they are next drawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027_expired"
down_revision = "0026_ranking"
branch_labels = None
depends_on = None

HOUR_US = 3_600_000_000
EXPIRED = "a.state = 'resolved' AND a.resolved_by = 'job' || chr(58) || 'silence' AND a.resolved_at IS NOT NULL"


def upgrade() -> None:
    weigh('-')


def downgrade() -> None:
    weigh('+')


def weigh(sign: str) -> None:
    expired = EXPIRED
    if op.get_context().dialect.name == 'sqlite':
        expired = expired.replace('chr(', 'char(')
    theirs = f'FROM alert a WHERE {expired} AND a.recurrence_id'
    op.execute(sa.text(f"""
        UPDATE recurrence SET
            resolves = resolves {sign} (SELECT count(*) {theirs} = recurrence.id),
            resolve_us = resolve_us {sign} (
                SELECT CAST(coalesce(sum(a.resolved_at - a.opened_at), 0) AS BIGINT) {theirs} = recurrence.id),
            self_resolves = self_resolves {sign} (
                SELECT count(*) {theirs} = recurrence.id AND a.owner IS NULL)
        WHERE id IN (SELECT a.recurrence_id FROM alert a WHERE {expired})
    """))
    for table, name, length in (('recurrence_hour', 'hour', HOUR_US), ('recurrence_day', 'day', 24 * HOUR_US)):
        alone = f'{theirs} = {table}.recurrence_id AND a.owner IS NULL AND a.resolved_at / {length} = {table}.{name}'
        op.execute(sa.text(f"""
            UPDATE {table} SET self_resolves = self_resolves {sign} (SELECT count(*) {alone})
            WHERE recurrence_id IN (SELECT a.recurrence_id FROM alert a WHERE {expired})
        """))
