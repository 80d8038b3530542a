"""Mutations of transfers and of who is told of them."""

import dataclasses
from typing import Any

from tests.support.mutations.switch import mutation, replace


@mutation
def both_letters_are_good() -> None:
    from services.mobility.domain.transfer import receive

    check = receive._check_letter
    replace(
        receive,
        "_check_letter",
        lambda number, at, state: check(number, at, dataclasses.replace(state, unheard_void=None)),
    )


@mutation
def a_case_may_be_nobodys() -> None:
    from sqlalchemy import CheckConstraint

    from services.mobility.projections.tables import CASES

    [constraint] = [one for one in CASES.constraints if isinstance(one, CheckConstraint)]
    CASES.constraints.discard(constraint)


@mutation
def a_leg_counts_each_time() -> None:
    from services.mobility.domain.transfer import legs

    record = legs.record
    replace(legs, "record", lambda command, state: record(command, dataclasses.replace(state, legs=frozenset())))


@mutation
def an_end_writes_nothing_to_the_case() -> None:
    from services.mobility.domain import member_case

    decide = member_case.decide
    silent = lambda command, state: [] if isinstance(command, member_case.NoteLeft) else decide(command, state)  # noqa: E731
    replace(member_case.MEMBER_CASE, "decide", silent)


@mutation
def loss_read_from_its_row() -> None:
    from services.mobility.application import requests

    async def out_of_contact(unit: Any, member_id: str) -> bool:
        row = await unit.row("lost_contacts", member_id)
        return row is not None and bool(row["lost"])

    replace(requests, "out_of_contact", out_of_contact)


@mutation
def a_retry_leaves_the_failure_standing() -> None:
    from services.mobility.processes.relocation import evolve

    retried = evolve._retried
    replace(
        evolve,
        "_retried",
        lambda state, event: dataclasses.replace(retried(state, event), parties=state.parties),
    )


@mutation
def tried_again_beside_what_may_arrive() -> None:
    from services.notify.application import party_retries

    replace(party_retries, "failed", lambda states: True)
