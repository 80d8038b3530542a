"""Rules of the domains."""

from typing import Any

from tests.support.mutations.switch import mutation, replace


@mutation
def membership_moved_from_anywhere() -> None:
    from services.registry.domain.member import decider
    from services.registry.domain.member.events import MembershipMoved

    replace(decider, "_move", lambda command, state: [MembershipMoved(**command.model_dump())])


@mutation
def second_transfer_allowed() -> None:
    from services.mobility.domain.member_case import MEMBER_CASE, OpenCase

    original = MEMBER_CASE.decide

    def decide(command: Any, state: Any) -> Any:
        return original(command, MEMBER_CASE.initial if isinstance(command, OpenCase) else state)

    replace(MEMBER_CASE, "decide", decide)


@mutation
def propagated_before_all_is_in() -> None:
    from services.mobility.processes.relocation import decide

    replace(decide, "complete", lambda state, started: True)


@mutation
def sent_again_while_unknown() -> None:
    from services.notify.domain.message import attempts
    from services.notify.domain.message.events import AttemptStarted

    def start(command: Any, state: Any) -> Any:
        due = state.policy.result_due_at(command.started_at)
        return [AttemptStarted(**state.cites, **dict(command), result_due_at=due)]

    replace(attempts, "start", start)
