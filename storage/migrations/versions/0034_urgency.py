"""urgency: open alerts stand in the order of lists, so that a page costs the same however many are open."""

import sqlalchemy as sa
from alembic import op

revision = "0034_urgency"
down_revision = "0033_audit_mac"
branch_labels = None
depends_on = None

URGENCY = (
    "(CASE severity WHEN 'critical' THEN 4 WHEN 'warning' THEN 2 ELSE 0 END"
    " + CASE WHEN state IN ('acked', 'resolved') THEN 0 ELSE 1 END)"
)
OPEN = sa.text("state <> 'resolved'")


def upgrade() -> None:
    op.create_index(
        'ix_alert_urgency',
        'alert',
        ['project_id', sa.text(URGENCY), 'id'],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index('ix_alert_urgency', table_name='alert')
