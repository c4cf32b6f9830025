"""packed: requests are kept compressed from now on; those stored before stay as they are, in ``body``."""

import sqlalchemy as sa
from alembic import op

from storage.packing import unpack

revision = "0037_packed"
down_revision = "0036_place"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('envelope', sa.Column('packed', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    connection = op.get_bind()
    envelope = sa.table(
        "envelope", sa.column("digest"), sa.column("body"), sa.column("packed", sa.LargeBinary())
    )
    still_packed = sa.select(envelope.c.digest, envelope.c.packed).where(envelope.c.packed.is_not(None))
    while rows := connection.execute(still_packed.limit(500)).all():
        for digest, packed in rows:
            connection.execute(
                sa.update(envelope)
                .where(envelope.c.digest == digest)
                .values(body=unpack(packed), packed=None)
            )
    op.drop_column('envelope', 'packed')
