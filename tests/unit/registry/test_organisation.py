"""A party organisation (党组织): who may stand where, who may found it, when it may end (domain §1.5)."""

from datetime import date, timedelta

import pytest

from services.registry.domain.organisation.commands import (
    ChangeOrganisation,
    DissolveOrganisation,
    FoundOrganisation,
    NoteUnitClosed,
    ReparentOrganisation,
)
from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.events import (
    OrganisationWithoutUnit,
    PartyOrganisationChanged,
    PartyOrganisationDissolved,
    PartyOrganisationFounded,
    PartyOrganisationReparented,
)
from services.registry.domain.organisation.kinds import BRANCH_LIKE
from services.registry.domain.organisation_tree.decider import ORGANISATION_TREE, ChangeTree, TreeChanged
from services.registry.domain.vocabulary import OrganisationKind
from shared.kernel.errors import Invalid, Refused

decide, fold, nothing = ORGANISATION.decide, ORGANISATION.fold, ORGANISATION.initial


TODAY = date(2026, 11, 1)


def found(
    kind: OrganisationKind = "branch",
    parent_id: str | None = "c1",
    parent_kind: OrganisationKind | None = "committee",
    formal_members: int | None = 3,
    *,
    can_approve: bool = False,
    name: str = "第一支部",
) -> FoundOrganisation:
    return FoundOrganisation(
        organisation_id="o1",
        name=name,
        kind=kind,
        parent_id=parent_id,
        parent_kind=parent_kind,
        area_code="430702",
        can_approve_probationary=can_approve,
        formal_members=formal_members,
    )


def founded(kind: OrganisationKind = "branch") -> PartyOrganisationFounded:
    return PartyOrganisationFounded(
        organisation_id="o1",
        name="第一支部",
        kind=kind,
        parent_id="c1",
        area_code="430702",
        can_approve_probationary=False,
    )


def reparent(
    *path: str, kind: OrganisationKind | None = "committee", on: date = TODAY, settled: date = TODAY
) -> ReparentOrganisation:
    return ReparentOrganisation(
        organisation_id="o1", new_parent_path=path, new_parent_kind=kind, effective_on=on, settled_since=settled,
        today=TODAY,
    )  # fmt: skip


def test_a_branch_is_founded_below_a_committee() -> None:
    assert decide(found(), nothing) == [founded()]


def test_only_a_working_committee_can_be_a_root() -> None:
    assert decide(found("working_committee", None, None), nothing)
    with pytest.raises(Invalid, match=r"^root-kind:"):
        decide(found("committee", None, None), nothing)


@pytest.mark.parametrize("parent_kind", sorted(BRANCH_LIKE))
def test_nothing_hangs_below_a_branch(parent_kind: OrganisationKind) -> None:
    with pytest.raises(Refused, match=r"^parent-cannot-have-children:"):
        decide(found(parent_kind=parent_kind), nothing)


def test_a_regional_organisation_may_have_branches() -> None:
    assert decide(found(parent_kind="regional"), nothing)


def test_the_parent_must_exist() -> None:
    with pytest.raises(Refused, match=r"^parent-unknown:"):
        decide(found(parent_kind=None), nothing)


def test_nobody_is_founded_below_themselves() -> None:
    with pytest.raises(Refused, match=r"^organisation-cycle:"):
        decide(found(parent_id="o1"), nothing)


@pytest.mark.parametrize("kind", sorted(BRANCH_LIKE))
def test_a_branch_of_any_kind_needs_three_formal_members(kind: OrganisationKind) -> None:
    with pytest.raises(Refused, match=r"^too-few-formal-members:"):
        decide(found(kind, formal_members=2), nothing)
    assert decide(found(kind, formal_members=3), nothing)


def test_an_existing_branch_is_imported_whatever_its_size() -> None:
    assert decide(found(formal_members=None), nothing)


def test_a_committee_needs_no_members_of_its_own() -> None:
    assert decide(found("committee", formal_members=0), nothing)


@pytest.mark.parametrize("kind", [*sorted(BRANCH_LIKE), "general_branch"])
def test_only_a_committee_can_approve_probationary_members(kind: OrganisationKind) -> None:
    with pytest.raises(Refused, match=r"^capability-needs-committee:"):
        decide(found(kind, can_approve=True), nothing)
    with pytest.raises(Refused, match=r"^capability-needs-committee:"):
        decide(ChangeOrganisation(organisation_id="o1", can_approve_probationary=True), fold([founded(kind)]))
    assert decide(found("committee", can_approve=True), nothing)


def test_founding_again_is_harmless_with_the_same_facts_only() -> None:
    assert decide(found(), fold([founded()])) == []
    with pytest.raises(Refused, match=r"^organisation-already-founded:"):
        decide(found(name="第二支部"), fold([founded()]))


def test_a_change_names_only_what_changed() -> None:
    command = ChangeOrganisation(organisation_id="o1", name="第一支部", office_email="zhibu@example.org")
    events = decide(command, fold([founded()]))
    assert events == [PartyOrganisationChanged(organisation_id="o1", office_email="zhibu@example.org")]
    assert decide(command, fold([founded(), *events])) == []


def test_a_capability_can_be_withdrawn() -> None:
    committee = founded("committee").model_copy(update={"can_approve_probationary": True})
    command = ChangeOrganisation(organisation_id="o1", can_approve_probationary=False)
    events = decide(command, fold([committee]))
    assert not fold([committee, *events]).can_approve_probationary


def test_an_organisation_moves_below_another_superior() -> None:
    events = decide(reparent("c2", "root"), fold([founded()]))
    assert events == [
        PartyOrganisationReparented(organisation_id="o1", from_parent_id="c1", to_parent_id="c2", effective_on=TODAY)
    ]
    assert fold([founded(), *events]).parent_id == "c2"


def test_an_organisation_moves_since_a_past_day_but_not_before_what_is_known_and_not_on_a_day_to_come() -> None:
    yesterday, before = TODAY - timedelta(days=1), TODAY - timedelta(days=9)
    [moved] = decide(reparent("c2", "root", on=yesterday, settled=before), fold([founded()]))
    assert isinstance(moved, PartyOrganisationReparented)
    assert moved.effective_on == yesterday
    with pytest.raises(Refused, match=r"^reparent-backdated:"):
        decide(reparent("c2", "root", on=before, settled=yesterday), fold([founded()]))
    with pytest.raises(Invalid, match=r"^reparent-later:"):
        decide(reparent("c2", "root", on=TODAY + timedelta(days=1)), fold([founded()]))


def test_moving_below_the_present_superior_changes_nothing() -> None:
    assert decide(reparent("c1", "root"), fold([founded()])) == []


@pytest.mark.parametrize("path", [("o1", "root"), ("c2", "o1", "root"), ("c2", "c3", "o1")])
def test_nobody_becomes_their_own_superior(path: tuple[str, ...]) -> None:
    with pytest.raises(Refused, match=r"^organisation-cycle:"):
        decide(reparent(*path), fold([founded("committee")]))


def test_the_new_superior_must_exist_and_be_able_to_have_children() -> None:
    with pytest.raises(Refused, match=r"^parent-unknown:"):
        decide(reparent("c2", kind=None), fold([founded()]))
    with pytest.raises(Refused, match=r"^parent-cannot-have-children:"):
        decide(reparent("c2", kind="project"), fold([founded()]))


@pytest.mark.parametrize(("members", "children"), [(1, 0), (0, 1)])
def test_an_organisation_with_members_or_children_cannot_be_dissolved(members: int, children: int) -> None:
    command = DissolveOrganisation(organisation_id="o1", reason="撤销", members=members, children=children)
    with pytest.raises(Refused, match=r"^organisation-not-empty:"):
        decide(command, fold([founded()]))


def test_an_empty_organisation_is_dissolved_once() -> None:
    command = DissolveOrganisation(organisation_id="o1", reason="撤销", members=0, children=0)
    events = decide(command, fold([founded()]))
    assert events == [PartyOrganisationDissolved(organisation_id="o1", reason="撤销", parent_id="c1")]
    assert decide(command, fold([founded(), *events])) == []


def test_unknown_and_dissolved_organisations_refuse_changes() -> None:
    dissolved = fold([founded(), PartyOrganisationDissolved(organisation_id="o1", reason="撤销")])
    for command in (ChangeOrganisation(organisation_id="o1", name="新名"), reparent("c2")):
        with pytest.raises(Refused, match=r"^organisation-unknown:"):
            decide(command, nothing)
        with pytest.raises(Refused, match=r"^organisation-dissolved:"):
            decide(command, dissolved)
    with pytest.raises(Refused, match=r"^organisation-dissolved:"):
        decide(found(), dissolved)


def test_every_change_of_the_tree_moves_its_guard() -> None:
    command = ChangeTree(organisation_id="o1", from_parent_id="c1", to_parent_id="c2")
    events = ORGANISATION_TREE.decide(command, ORGANISATION_TREE.initial)
    assert events == [TreeChanged(organisation_id="o1", from_parent_id="c1", to_parent_id="c2")]
    assert ORGANISATION_TREE.decide(command, ORGANISATION_TREE.fold(events)) == events
    assert ORGANISATION_TREE.fold([*events, *events]).changes == 2


def test_of_an_organisation_whose_unit_was_closed_the_superior_is_told_and_nothing_is_decided() -> None:
    gone = NoteUnitClosed(organisation_id="o1", uscc="91110108551385082Q", closed_on=TODAY)
    here = founded().model_copy(update={"unit_uscc": gone.uscc})
    told = OrganisationWithoutUnit(organisation_id="o1", superior_id="c1", uscc=gone.uscc, closed_on=TODAY)
    assert decide(gone, fold([here], nothing)) == [told]
    assert decide(gone, fold([here, told], nothing)) == [], "once"
    assert decide(gone, fold([founded()], nothing)) == [], "it is of no unit"
    dissolved = PartyOrganisationDissolved(organisation_id="o1", reason="合并", parent_id="c1")
    assert decide(gone, fold([here, dissolved], nothing)) == []
    assert decide(gone, nothing) == []
