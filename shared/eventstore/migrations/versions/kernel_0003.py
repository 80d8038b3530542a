"""Idempotency keys become digests: what a client wrote is in nobody's database or backup."""

from alembic import op

revision = "kernel_0003"
down_revision = "kernel_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """As `shared/web/idempotency.py` makes them, so a request that is repeated afterwards is still known. A key was kept as
    caller/key; of a caller with a slash in its name nobody can say where the key begins, and such a key lapses.
    """
    op.execute(
        """
        UPDATE idempotency_keys SET
            key = encode(sha256(convert_to(own, 'UTF8')), 'hex'),
            fingerprint = encode(sha256(convert_to(own || ' ' || fingerprint, 'UTF8')), 'hex')
        FROM (SELECT key AS written, regexp_replace(key, '/', ' ') AS own FROM idempotency_keys) AS old
        WHERE key = written
        """
    )
