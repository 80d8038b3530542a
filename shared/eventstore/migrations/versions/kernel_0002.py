"""The audit trail, and the blind index apart from the events."""

from alembic import op

from shared.eventstore.postgres.audit_trail import AUDIT_DDL
from shared.eventstore.postgres.blind_index import BLIND_INDEX_DDL

revision = "kernel_0002"
down_revision = "kernel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Once released, their DDL is frozen: changes come as further migrations."""
    for statement in (*AUDIT_DDL, *BLIND_INDEX_DDL):
        op.execute(statement)
