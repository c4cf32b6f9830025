"""hashed key.

Of the Idempotency-Key under which an incident was opened only a SHA-256 is kept, made as everywhere: of the actor
(kind:ident), a newline and the key. Old rows held kind:ident:key and become their digests.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0019_hashed_key"
down_revision = "0018_poll"
branch_labels = None
depends_on = None

incident = sa.table('incident', sa.column('id', sa.BigInteger), sa.column('idempotency_key', sa.Text))


def upgrade() -> None:
    if op.get_context().as_sql:
        return  # SQL cannot hash on every engine: keys that stand in old rows are hashed by `tocsin upgrade` alone
    connection = op.get_bind()
    keyed = sa.select(incident.c.id, incident.c.idempotency_key).where(incident.c.idempotency_key.is_not(None))
    for number, key in connection.execute(keyed).all():
        kind, _, rest = key.partition(':')
        ident, _, given = rest.partition(':')
        digest = hashlib.sha256(f'{kind}:{ident}\n{given}'.encode()).hexdigest()
        connection.execute(incident.update().where(incident.c.id == number).values(idempotency_key=digest))


def downgrade() -> None:
    """Nobody can tell the keys from their digests; they stay."""
