"""The kernel's tables: streams, events, queue, public order, cursors, timers, held messages."""

from alembic import op

from shared.eventstore.postgres.schema import DDL

revision = "kernel_0001"
down_revision = None
branch_labels = ("kernel",)
depends_on = None


def upgrade() -> None:
    """Make the tables. Once released, `DDL` is frozen: changes come as further migrations."""
    for statement in DDL:
        op.execute(statement)
