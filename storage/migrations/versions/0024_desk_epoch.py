"""desk epoch: counts which process is the desk (PostgreSQL); nothing old changes."""

from alembic import op

revision = "0024_desk_epoch"
down_revision = "0023_gate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == 'postgresql':
        op.execute('CREATE SEQUENCE IF NOT EXISTS desk_epoch')


def downgrade() -> None:
    if op.get_context().dialect.name == 'postgresql':
        op.execute('DROP SEQUENCE IF EXISTS desk_epoch')
