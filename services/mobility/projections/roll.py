"""What the registry's facts make of mobility's picture of the roll and the tree."""

from typing import Any

from shared.contracts import registry
from shared.contracts.base import PublicEvent
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange


def _put(table: str, key: str, *columns: str) -> Any:
    """These fields of the event into the row with its key; a change leaves out what it does not give."""

    def project(event: PublicEvent, _: Fact) -> list[RowChange]:
        given = event.model_dump(include={key, *columns}, exclude_none=True)
        return [Put(table, (given[key],), given)]

    return project


def _founded(event: registry.PartyOrganisationFounded, _: Fact) -> list[RowChange]:
    columns = {"organisation_id", "parent_id", "kind", "can_approve_probationary", "unit_uscc", "name", "area_code"}
    row = event.model_dump(include=columns) | {"dissolved": False}
    return [Put("organisations", (event.organisation_id,), row)]


def _reparented(event: registry.PartyOrganisationReparented, _: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "parent_id": event.to_parent_id}
    return [Put("organisations", (event.organisation_id,), row)]


def _dissolved(event: registry.PartyOrganisationDissolved, _: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "dissolved": True}
    return [Put("organisations", (event.organisation_id,), row)]


def _restored(event: registry.PartyOrganisationRestored, _: Fact) -> list[RowChange]:
    row = {"organisation_id": event.organisation_id, "parent_id": event.parent_id, "dissolved": False}
    return [Put("organisations", (event.organisation_id,), row)]


def _admitted(event: registry.MemberAdmitted, _: Fact) -> list[RowChange]:
    row = event.model_dump(include={"member_id", "organisation_id", "status", "probation_ends_on", "admitted_on"})
    return [Put("members", (event.member_id,), row | {"sealed_name": event.name, "erased": False, "left_on": None})]


def _confirmed(event: registry.MemberConfirmed, _: Fact) -> list[RowChange]:
    row = {"member_id": event.member_id, "status": "formal", "probation_ends_on": None}
    return [Put("members", (event.member_id,), row)]


def _left(event: registry.MembershipEnded | registry.MembershipClosed, _: Fact) -> list[RowChange]:
    day = event.ended_on if isinstance(event, registry.MembershipEnded) else event.closed_on
    return [Put("members", (event.member_id,), {"member_id": event.member_id, "left_on": day})]


def _erased(event: registry.PersonErased, _: Fact) -> list[RowChange]:
    row = {"member_id": event.person_id, "sealed_name": None, "erased": True}
    return [Put("members", (event.person_id,), row)]


def _moved(event: registry.MembershipMoved, _: Fact) -> list[RowChange]:
    row = {"member_id": event.member_id, "organisation_id": event.to_organisation_id}
    return [Put("members", (event.member_id,), row)]


ROLL = (
    Projection(
        "organisations",
        4,
        ("organisations",),
        {},
        {
            registry.PartyOrganisationFounded: _founded,
            registry.PartyOrganisationChanged: _put(
                "organisations", "organisation_id", "can_approve_probationary", "name"
            ),
            registry.PartyOrganisationReparented: _reparented,
            registry.PartyOrganisationDissolved: _dissolved,
            registry.PartyOrganisationRestored: _restored,
            registry.PartyOrganisationUpgraded: _put("organisations", "organisation_id", "kind"),
        },
    ),
    Projection(
        "stations",
        3,
        ("stations",),
        {},
        {
            registry.StationOpened: _put("stations", "station_id", "organisation_id", "kind", "area_code"),
            registry.StationClosed: _put("stations", "station_id", "closed_on"),
        },
    ),
    Projection(
        "posts",
        1,
        ("posts",),
        {},
        {
            registry.PostAssigned: _put("posts", "post_id", "kind", "person_id", "scope", "scope_id", "since"),
            registry.PostLeft: _put("posts", "post_id", "kind", "person_id", "scope", "scope_id", "until"),
        },
    ),
    Projection(
        "members",
        4,
        ("members",),
        {},
        {
            registry.MemberAdmitted: _admitted,
            registry.MembershipMoved: _moved,
            registry.MemberConfirmed: _confirmed,
            registry.ProbationExtended: _put("members", "member_id", "probation_ends_on"),
            registry.MembershipEnded: _left,
            registry.MembershipClosed: _left,
            registry.PersonErased: _erased,
        },
    ),
)
