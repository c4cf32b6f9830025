"""audit_mac: each entry of the audit log is signed with the desk's key, so that nobody else can make one.

Entries from before have no signature. They stand at the beginning of the chain and are proved by the first signed
entry behind them, whose digest covers theirs, and by the anchors.
"""

import sqlalchemy as sa
from alembic import op

revision = '0033_audit_mac'
down_revision = '0032_token_cap'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('audit', sa.Column('mac', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('audit', 'mac')
