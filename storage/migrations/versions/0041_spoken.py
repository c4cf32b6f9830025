"""spoken: the index of recurrences has the source too, which says who sees those that never had an alert."""

from alembic import op
import sqlalchemy as sa

revision = "0041_spoken"
down_revision = "0040_board_marks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index('source_id')


def downgrade() -> None:
    _index()


def _index(*more: str) -> None:
    op.drop_index('ix_recurrence_occurrences', table_name='recurrence')
    columns: list[str | sa.TextClause] = ['project_id', sa.text('occurrences DESC'), 'id', 'last_seen_at', 'channel_id']
    op.create_index('ix_recurrence_occurrences', 'recurrence', [*columns, *more])
