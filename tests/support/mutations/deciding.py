"""Rules of the domains."""

import uuid
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


@mutation
def units_listed_twice_not_noticed() -> None:
    from services.registry.application.imports import importing
    from services.registry.application.imports.twice import Listing, look_through

    def once(rows: Any) -> Listing:
        found = look_through(rows)
        found.twice, found.differing = {}, {}
        return found

    replace(importing, "look_through", once)


@mutation
def standing_of_units_not_dated() -> None:
    from datetime import date

    from services.registry.projections import units

    stood = units._stood
    replace(units, "_stood", lambda uscc, since, facts: stood(uscc, date(2000, 1, 1), facts))


@mutation
def formation_plans_without_deadlines() -> None:
    from services.registry.domain.formation_plan.decider import FORMATION_PLAN

    replace(FORMATION_PLAN, "timers", lambda event: ())


@mutation
def told_as_often_as_it_is_said() -> None:
    from services.notify.application import reminders

    replace(reminders, "derived_id", lambda *parts: str(uuid.uuid4()))
