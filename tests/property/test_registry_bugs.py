"""Faults of the registry that the simulator found, each as small as it can be told."""

from datetime import date
from typing import Any

import pytest

from services.registry.application import membership_decisions, reactions
from services.registry.application.tree import found
from services.registry.domain.member.commands import AdmitMember, EndMembership
from services.registry.domain.member.decider import MEMBER
from services.registry.domain.organisation.commands import DissolveOrganisation, FoundOrganisation
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.model import MODEL
from shared.contracts.mobility import TransferAccepted
from shared.eventstore.context import Cause
from shared.eventstore.memory import MemoryStore
from shared.eventstore.rows import Put
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.clock import SystemClock
from shared.kernel.errors import Refused
from shared.kernel.sealed import Sealed
from tests.support.kernel import Kernel, assemble
from tests.support.sealed_words import sealed_words

NOW = SystemClock().now()
SEALED = Sealed("sealed:1:key:" + "A" * 40)


async def _with_a_transfer_under_way() -> Kernel:
    kernel = assemble(MODEL, MemoryStore(MODEL.views))

    async def enter(unit: UnitOfWork) -> None:
        for key, kind, parent in (
            ("w", "working_committee", None),
            ("b1", "branch", "w"),
            ("b2", "branch", "w"),
            ("c", "committee", "w"),
            ("b3", "branch", "c"),
        ):
            place: dict[str, Any] = {"name": f"组织{key}", "kind": kind, "parent_id": parent, "area_code": "430702"}
            await found(unit, FoundOrganisation(organisation_id=key, **place))
        admit = AdmitMember(
            member_id="m", organisation_id="b1", status="formal", admitted_on=date(2020, 1, 1), name=SEALED,
            resident_id=SEALED,
        )  # fmt: skip
        await unit.handle(MEMBER, "m", admit)
        row = {"case_id": "t", "kind": "transfer", "member_id": "m"}
        unit.change(Put("open_cases", ("t", "transfer"), row))

    await kernel.executor.run(enter, Cause("t"))
    return kernel


async def _end(unit: UnitOfWork) -> None:
    command = EndMembership(
        member_id="m",
        ground="deceased",
        ended_on=NOW.date(),
        decided_by="w",
        person_id=None,
        text=sealed_words("去世"),
        decided_at=NOW,
    )
    await membership_decisions.decide(unit, "m", "w", command, None)


async def _accept(kernel: Kernel, branch_id: str) -> None:
    accepted = TransferAccepted(
        transfer_id="t", member_id="m", from_branch_id="b1", from_committee_id="w", to_committee_id="w",
        to_branch_id=branch_id, letter_number=None, accepted_at=NOW, receipt_due_at=NOW, parties=(),
    )  # fmt: skip
    follow = reactions.FOLLOWS["mobility"][TransferAccepted]
    await kernel.executor.run(lambda unit: follow.react(accepted, unit), Cause("t"))


async def test_bug_1700_a_membership_does_not_end_under_a_transfer_that_would_move_it() -> None:
    """The acceptance became a dead letter for ever, and with it everything else about the member waited."""
    kernel = await _with_a_transfer_under_way()
    with pytest.raises(Refused, match="member-in-transfer"):
        await kernel.executor.run(_end, Cause("t"))
    await _accept(kernel, "b2")
    await kernel.executor.run(_end, Cause("t"))  # what is left of the transfer is its receipt
    [row] = (await kernel.store.get_rows("members", [("m",)])).values()
    assert (row["organisation_id"], row["left_on"]) == ("b2", NOW.date())


@pytest.mark.parametrize("branch_id", ["b2", "b3"])
async def test_bug_1701_of_a_member_who_comes_into_what_was_dissolved_the_superior_is_told(branch_id: str) -> None:
    """The acceptance is older, its news younger than the end of the branch: the member belonged to nothing, unseen."""
    kernel = await _with_a_transfer_under_way()

    async def dissolve(unit: UnitOfWork) -> None:
        for key in ("b2", "b3", "c"):
            await unit.handle(
                ORGANISATION, key, DissolveOrganisation(organisation_id=key, reason="调整", members=0, children=0)
            )

    await kernel.executor.run(dissolve, Cause("w"))
    for _ in range(2):
        await _accept(kernel, branch_id)
    row = (await kernel.store.get_rows("members", [("m",)]))[("m",)]
    assert row["organisation_id"] == branch_id
    events = (await kernel.store.read_streams({"member-m": 0}))["member-m"]
    told = [event.data for event in events if event.type == "member-without-organisation"]
    assert [(one["organisation_id"], one["superior_id"]) for one in told] == [(branch_id, "w")]
