"""How the registry's facts become its read models."""

from datetime import date, datetime
from typing import Any

from services.registry.domain import closing
from services.registry.domain.member import events as member
from services.registry.domain.member.grouping import PartyGroupAssigned
from services.registry.domain.organisation import events as organisation
from services.registry.domain.organisation.guidance import PartyOrganisationGuided
from services.registry.domain.post import events as post
from services.registry.domain.station import events as station
from services.registry.projections.topics import TOPICS
from services.registry.projections.versions import mark_of, version_of
from shared.contracts import mobility
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Add, Put, Remove, RowChange
from shared.kernel.calendar import local_date, start_of_day
from shared.kernel.event import DomainEvent
from shared.security.guidance import TABLE_NAME, guided


def _put(table: str, key: str) -> Any:
    """All fields of the event into the row with its key; of a change, only the fields that are given."""

    def project(event: DomainEvent, fact: Fact) -> list[RowChange]:
        values = {name: value for name, value in event.model_dump().items() if value is not None}
        return [Put(table, (values[key],), values | {"version": fact.version})]

    return project


def _founded(event: organisation.PartyOrganisationFounded, fact: Fact) -> list[RowChange]:
    founded_on = local_date(fact.recorded_at)
    row = event.model_dump() | {"dissolved": False, "founded_on": founded_on, "version": fact.version}
    changes: list[RowChange] = [Put("organisations", (event.organisation_id,), row)]
    if event.parent_id is not None:
        changes.append(Add("organisation_sizes", (event.parent_id,), {"children": 1}))
    return changes


def _reparented(event: organisation.PartyOrganisationReparented, fact: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "parent_id": event.to_parent_id, "version": fact.version}
    changes: list[RowChange] = [
        Put("organisations", (event.organisation_id,), row),
        Add("organisation_sizes", (event.to_parent_id,), {"children": 1}),
    ]
    if event.from_parent_id is not None:
        changes.append(Add("organisation_sizes", (event.from_parent_id,), {"children": -1}))
    return changes


def _dissolved(event: organisation.PartyOrganisationDissolved, fact: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "dissolved": True, "version": fact.version}
    row |= {"dissolved_on": local_date(fact.recorded_at)}
    return [Put("organisations", (event.organisation_id,), row), *_child(event.parent_id, -1)]


def _restored(event: organisation.PartyOrganisationRestored, fact: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "dissolved": False, "dissolved_on": None, "version": fact.version}
    return [Put("organisations", (event.organisation_id,), row), *_child(event.parent_id, 1)]


def _child(parent_id: str | None, more: int) -> list[RowChange]:
    return [Add("organisation_sizes", (parent_id,), {"children": more})] if parent_id is not None else []


def _upgraded(event: organisation.PartyOrganisationUpgraded, fact: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "kind": event.kind, "version": fact.version}
    return [Put("organisations", (event.organisation_id,), row)]


def _term(event: organisation.TermBegan | organisation.TermExtended, fact: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "term_ends_on": event.ends_on, "version": fact.version}
    if isinstance(event, organisation.TermBegan):
        row["elected_on"] = event.elected_on
    return [Put("organisations", (event.organisation_id,), row)]


def _admitted(event: member.MemberAdmitted, fact: Fact) -> list[RowChange]:
    return [
        Put(
            "members",
            (event.member_id,),
            {
                "member_id": event.member_id,
                "organisation_id": event.organisation_id,
                "status": event.status,
                "admitted_on": event.admitted_on,
                "probation_ends_on": event.probation_ends_on,
                "formal_since": event.admitted_on if event.status == "formal" else None,
                "name": event.name,
                "erased": False,
                "left_on": None,
                "end_ground": None,
                "version": fact.version,
            },
        ),
        _opened(event.member_id, event.organisation_id, event.since, None),
        Add("organisation_sizes", (event.organisation_id,), {"members": 1}),
    ]


def _moved(event: member.MembershipMoved, fact: Fact) -> list[RowChange]:
    row = {"member_id": event.member_id, "organisation_id": event.to_organisation_id, "version": fact.version}
    return [
        Put("members", (event.member_id,), row),
        _opened(event.member_id, event.to_organisation_id, event.moved_at, event.transfer_id),
        Add("organisation_sizes", (event.from_organisation_id,), {"members": -1}),
        Add("organisation_sizes", (event.to_organisation_id,), {"members": 1}),
    ]


def _closed(event: member.MembershipClosed, fact: Fact) -> list[RowChange]:
    return _left(event, fact, event.closed_on, "transferred_out", event.transfer_id)


def _ended(event: member.MembershipEnded, fact: Fact) -> list[RowChange]:
    return _left(event, fact, event.ended_on, event.ground, None)


def _left(
    event: member.MembershipClosed | member.MembershipEnded, fact: Fact, day: date, ground: str, transfer_id: str | None
) -> list[RowChange]:
    return [
        *_standing(event.member_id, fact, left_on=day, end_ground=ground),
        _opened(event.member_id, None, event.nowhere_since or start_of_day(day), transfer_id),
        Add("organisation_sizes", (event.organisation_id,), {"members": -1}),
    ]


def _opened(member_id: str, organisation_id: str | None, since: datetime, transfer_id: str | None) -> Put:
    # `until` is not stored: a membership ends where the next one begins, so the two cannot disagree.
    row = {"member_id": member_id, "since": since, "organisation_id": organisation_id, "transfer_id": transfer_id}
    return Put("memberships", (member_id, since), row)


def _confirmed(event: member.MemberConfirmed, fact: Fact) -> list[RowChange]:
    return _standing(event.member_id, fact, status="formal", formal_since=event.confirmed_on)


def _extended(event: member.ProbationExtended, fact: Fact) -> list[RowChange]:
    return _standing(event.member_id, fact, probation_ends_on=event.probation_ends_on)


def _standing(member_id: str, fact: Fact, **columns: Any) -> list[RowChange]:
    return [Put("members", (member_id,), {"member_id": member_id, "version": fact.version} | columns)]


def _erased(event: member.PersonErased, fact: Fact) -> list[RowChange]:
    row = {"member_id": event.person_id, "name": None, "erased": True, "version": fact.version}
    return [Put("members", (event.person_id,), row)]


def _asked(event: member.ErasureRequested, _: Fact) -> list[RowChange]:
    return [Put("erasures", (event.person_id,), event.model_dump())]


def _done(event: member.PersonErased, _: Fact) -> list[RowChange]:
    return [Put("erasures", (event.person_id,), {"person_id": event.person_id, "done_at": event.erased_at})]


def _begins(kind: str, key: str) -> Any:
    def project(event: Any, _: Fact) -> list[RowChange]:
        case = getattr(event, key)
        row = {"case_id": case, "kind": kind, "member_id": event.member_id}
        return [Put("open_cases", (case, kind), row)]

    return project


def _ends(kind: str, key: str) -> Any:
    def project(event: Any, _: Fact) -> list[RowChange]:
        return [Remove("open_cases", (getattr(event, key), kind))]

    return project


_transfer_ends = _ends("transfer", "transfer_id")


def _lapses(event: mobility.TransferLapsed, fact: Fact) -> list[RowChange]:
    """It may have been accepted already; then the relocation ends with it."""
    return [*_transfer_ends(event, fact), *_ends("relocation", "transfer_id")(event, fact)]


def _station_opened(event: station.StationOpened, fact: Fact) -> list[RowChange]:
    [opened] = _station(event, fact)
    return [Put(opened.table, opened.key, {**opened.values, "opened_on": local_date(fact.recorded_at)})]


def _station_closed(event: station.StationClosed, fact: Fact) -> list[RowChange]:
    row = {"station_id": event.station_id, "closed_on": event.closed_on, "version": fact.version}
    return [Put("stations", (event.station_id,), row)]


_organisation = _put("organisations", "organisation_id")
_station, _post = _put("stations", "station_id"), _put("posts", "post_id")

PROJECTIONS = (
    Projection(
        "roll",
        4,
        ("organisations", "organisation_sizes", "members", "memberships"),
        {
            organisation.PartyOrganisationFounded: _founded,
            organisation.PartyOrganisationChanged: _organisation,
            organisation.PartyOrganisationReparented: _reparented,
            organisation.PartyOrganisationDissolved: _dissolved,
            organisation.PartyOrganisationRestored: _restored,
            organisation.PartyOrganisationUpgraded: _upgraded,
            organisation.TermBegan: _term,
            organisation.TermExtended: _term,
            organisation.ElectionDue: version_of("organisations", "organisation_id"),
            organisation.OrganisationWithoutUnit: version_of("organisations", "organisation_id"),
            PartyOrganisationGuided: version_of("organisations", "organisation_id"),
            closing.MarkedForClosing: mark_of("organisation"),
            closing.ClosingGivenUp: mark_of("organisation"),
            member.MemberAdmitted: _admitted,
            member.MembershipMoved: _moved,
            member.MembershipClosed: _closed,
            member.MemberContactChanged: version_of("members", "member_id"),
            PartyGroupAssigned: version_of("members", "member_id"),
            member.ProbationOver: version_of("members", "member_id"),
            member.MemberWithoutOrganisation: version_of("members", "member_id"),
            member.ErasureRequested: version_of("members", "member_id", "person_id"),
            member.PersonErased: _erased,
            member.MemberConfirmed: _confirmed,
            member.ProbationExtended: _extended,
            member.MembershipEnded: _ended,
        },
        {},
    ),
    Projection(TABLE_NAME, 1, (TABLE_NAME,), {PartyOrganisationGuided: guided}, {}),
    Projection(
        "stations",
        3,
        ("stations",),
        {
            station.StationOpened: _station_opened,
            station.StationChanged: _station,
            station.StationClosed: _station_closed,
            closing.MarkedForClosing: mark_of("station"),
            closing.ClosingGivenUp: mark_of("station"),
        },
        {},
    ),
    Projection("posts", 3, ("posts",), {post.PostAssigned: _post, post.PostLeft: _post}, {}),
    Projection("erasures", 1, ("erasures",), {member.ErasureRequested: _asked, member.PersonErased: _done}, {}),
    Projection(
        "open_cases",
        1,
        ("open_cases",),
        {},
        {
            mobility.TransferRequested: _begins("transfer", "transfer_id"),
            mobility.TransferWithdrawn: _transfer_ends,
            mobility.TransferCompleted: _transfer_ends,
            mobility.TransferClosed: _transfer_ends,
            mobility.TransferResent: _transfer_ends,
            mobility.TransferLapsed: _lapses,
            mobility.TransferAccepted: _begins("relocation", "transfer_id"),
            mobility.RelocationPropagated: _ends("relocation", "relocation_id"),
        },
    ),
    *TOPICS,
)
