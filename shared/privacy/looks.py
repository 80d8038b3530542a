"""What was opened for whom and for what, put on record: one line per person, which says what became of each field."""

from collections.abc import Iterable

from shared.eventstore.context import Cause
from shared.eventstore.executor import Executor
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import YanzhenError
from shared.kernel.sealed import Erased
from shared.observability.tracing import traceparent_of_current
from shared.privacy.opening import Opened


async def put_on_record(
    executor: Executor, actor: str, purpose: str, outcome: str, became: Iterable[tuple[str, str, str]]
) -> None:
    """`became`: person, field and what came of it. Await it before answering: without a record there is no answer."""
    by_person: dict[str, dict[str, str]] = {}
    for person_id, field, what in became:
        by_person.setdefault(person_id, {})[field] = what

    async def job(unit: UnitOfWork) -> None:
        for person_id, fields in by_person.items():
            unit.audit("personal.resolve", person_id, purpose=purpose, outcome=outcome, fields=fields)

    await executor.run(job, Cause("resolve", actor=actor, traceparent=traceparent_of_current()))


def became(opened: Opened) -> str:
    """What came of opening one value."""
    if isinstance(opened, Erased):
        return "erased"
    return opened.code if isinstance(opened, YanzhenError) else "opened"
