"""Alembic's entry point, used by `shared.eventstore.migrate` only: the connection is handed in, never configured here."""

from alembic import context
from sqlalchemy import Connection


def run(connection: Connection) -> None:
    """Run the migrations on the given connection, each in its own transaction."""
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
