"""Rules of the registry's aggregates, and of decisions that are made at once."""

from typing import Any

from tests.support.mutations.switch import mutation, replace


@mutation
def arrivals_leave_the_mark() -> None:
    from services.registry.domain import closing

    decide = closing.decide

    def only_marks(command: Any, *, stands: bool, marked: bool) -> Any:
        return decide(command, stands=stands, marked=marked) if isinstance(command, closing.MarkForClosing) else []

    replace(closing, "decide", only_marks)


@mutation
def joint_branches_are_not_counted() -> None:
    from services.registry.application import covering

    async def nothing(*_: Any) -> None: ...

    replace(covering, "_take_one_of_few", nothing)


@mutation
def elections_are_reminded_of_again() -> None:
    from services.registry.domain.organisation import decider, terms

    def remind(command: Any, state: Any) -> Any:
        return [*terms.remind(command, state)] * 2

    replace(decider, "remind", remind)


@mutation
def versions_of_rows_stay_behind() -> None:
    from services.registry.projections import versions

    replace(versions, "_moved", lambda *_: [])
