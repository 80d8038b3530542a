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
