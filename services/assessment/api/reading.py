"""Reading states for the API: the truth itself, so that a client reads its own writes."""

from shared.eventstore.context import Cause
from shared.eventstore.repository import Repository
from shared.eventstore.unit_of_work import UnitOfWork
from shared.messaging.envelope import outgoing
from shared.runtime.definition import Running


def reading(running: Running) -> UnitOfWork:
    """A unit that is only read from, and only from the store.

    What the executor remembers is a guess that a commit checks. A read commits nothing, so with a second replica at
    work it would go on showing the guess.
    """
    fresh = Repository(running.model, running.store, cache=0)
    return UnitOfWork(fresh, outgoing, running.clock, running.ids, Cause("reading", actor="reader"))
