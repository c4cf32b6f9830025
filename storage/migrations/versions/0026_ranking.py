"""ranking: indices over the sums of recurrences; the rows stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0026_ranking"
down_revision = "0025_bulk_act"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_recurrence_occurrences', 'recurrence', ['project_id', sa.text('occurrences DESC'), 'id', 'last_seen_at']
    )
    op.create_index('ix_recurrence_attention_us', 'recurrence', ['project_id', sa.text('attention_us DESC'), 'id'])
    op.create_index(
        'ix_recurrence_noise_votes',
        'recurrence',
        ['project_id', sa.text('noise_votes DESC'), sa.text('self_resolves DESC'), 'id'],
    )


def downgrade() -> None:
    op.drop_index('ix_recurrence_noise_votes', 'recurrence')
    op.drop_index('ix_recurrence_attention_us', 'recurrence')
    op.drop_index('ix_recurrence_occurrences', 'recurrence')
