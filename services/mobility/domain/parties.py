"""关系方: whom a relocation concerns, computed once when it is accepted and frozen in that event.

Frozen, because posts and stations change: who had to be told is a fact of the day of acceptance.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict

from services.mobility.domain.approval_path import Tree, chain, common_superior
from shared.kernel.ids import derived_id

PartyKind = Literal["member", "organisation", "station", "outside_system"]
PartyRole = Literal[
    "member",
    "origin_branch",
    "origin_committee",
    "origin_station",
    "destination_branch",
    "destination_committee",
    "destination_station",
    "common_superior",
    "instructor",
    "liaison",
    "grid_head",
    "station_head",
    "outside_system",
]
PostRole = Literal["instructor", "liaison", "grid_head", "station_head"]
Channel = Literal["email", "sms"]

MUST_ACKNOWLEDGE: Final = frozenset[PartyRole]({"origin_branch", "destination_branch", "outside_system"})
"""Roles for which a delivered message is not enough: they have to act on it, so they say that they have it."""


class InterestedParty(BaseModel):
    """One 关系方 and what has to happen before it has the relocation. Same fields as in the published language."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    party_id: str
    kind: PartyKind
    ref_id: str
    role: PartyRole
    channels: tuple[Channel, ...] = ()
    must_acknowledge: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """流出地 or 流入地: a branch, its committee, and the unit (USCC) the branch belongs to, if it belongs to one."""

    branch_id: str
    committee_id: str
    unit_id: str | None = None


@dataclass(frozen=True, slots=True)
class ServingStation:
    """A 指导站 or 驻城站, and the organisation whose subtree it serves."""

    station_id: str
    organisation_id: str


@dataclass(frozen=True, slots=True)
class PostHolder:
    """Who holds a post, and where: at a station, an organisation or a unit."""

    role: PostRole
    person_id: str
    scope: Literal["station", "organisation", "unit"]
    scope_id: str


@dataclass(frozen=True, slots=True)
class RelocationFacts:
    """All that the computation needs, read from the read model in one go."""

    transfer_id: str
    member_id: str
    origin: Side
    destination: Side
    tree: Tree
    stations: Sequence[ServingStation] = ()
    posts: Sequence[PostHolder] = ()
    outside_systems: Sequence[str] = ()


def compute_parties(facts: RelocationFacts) -> tuple[InterestedParty, ...]:
    """The interested parties, each once, in the order of `PartyRole`; several of one role in order of their ids.

    Whoever holds several roles appears with the first of them. The result depends on the facts only, not on the order
    in which they were read. Errors: those of `chain` for an organisation that is not in the tree.
    """
    ranks = {role: rank for rank, role in enumerate(get_args(PartyRole))}
    ordered = sorted(_candidates(facts), key=lambda candidate: (ranks[candidate[0]], candidate[2]))
    parties: dict[tuple[PartyKind, str], InterestedParty] = {}
    for role, kind, ref_id in ordered:
        if (kind, ref_id) not in parties:
            parties[kind, ref_id] = _party(facts.transfer_id, role, kind, ref_id)
    return tuple(parties.values())


def _party(transfer_id: str, role: PartyRole, kind: PartyKind, ref_id: str) -> InterestedParty:
    return InterestedParty(
        party_id=derived_id(transfer_id, kind, ref_id),
        kind=kind,
        ref_id=ref_id,
        role=role,
        # An outside system reads the event itself; writing to it would tell it twice.
        channels=() if role == "outside_system" else ("email", "sms"),
        must_acknowledge=role in MUST_ACKNOWLEDGE,
    )


def _candidates(facts: RelocationFacts) -> Iterator[tuple[PartyRole, PartyKind, str]]:
    origin, destination = facts.origin, facts.destination
    yield "member", "member", facts.member_id
    yield "origin_branch", "organisation", origin.branch_id
    yield "origin_committee", "organisation", origin.committee_id
    yield "destination_branch", "organisation", destination.branch_id
    yield "destination_committee", "organisation", destination.committee_id
    if superior := common_superior(facts.tree, origin.committee_id, destination.committee_id):
        yield "common_superior", "organisation", superior
    origin_stations = serving(facts.tree, facts.stations, origin.branch_id)
    destination_stations = serving(facts.tree, facts.stations, destination.branch_id)
    for station in origin_stations:
        yield "origin_station", "station", station
    for station in destination_stations:
        yield "destination_station", "station", station
    scopes = {("station", station) for station in (*origin_stations, *destination_stations)}
    for side in (origin, destination):
        scopes |= {("organisation", organisation) for organisation in up_to_committee(facts.tree, side)}
        scopes |= {("unit", side.unit_id)} if side.unit_id else set()
    for post in facts.posts:
        # A station has a dozen instructors, and a move concerns the one who is responsible for the branch: an instructor
        # counts by the post at the branch or its committee, not by the one at the station.
        if (post.scope, post.scope_id) in scopes and (post.role, post.scope) != ("instructor", "station"):
            yield post.role, "member", post.person_id
    for system in facts.outside_systems:
        yield "outside_system", "outside_system", system


def serving(tree: Tree, stations: Iterable[ServingStation], branch_id: str) -> tuple[str, ...]:
    """The stations nearest above a branch, all of that level.

    The nearest only: a provincial station serves everybody on paper, and telling it of each move would tell nobody.
    """
    by_organisation: dict[str, list[str]] = {}
    for station in stations:
        by_organisation.setdefault(station.organisation_id, []).append(station.station_id)
    nearest = next((step for step in chain(tree, branch_id) if step in by_organisation), None)
    return tuple(sorted(by_organisation[nearest])) if nearest is not None else ()


def up_to_committee(tree: Tree, side: Side) -> tuple[str, ...]:
    """The branch, its committee and what lies between: posts further up are not about this branch."""
    steps = chain(tree, side.branch_id)
    if side.committee_id not in steps:
        return side.branch_id, side.committee_id
    return steps[: steps.index(side.committee_id) + 1]
