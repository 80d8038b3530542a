"""The interested parties of a relocation (关系方), frozen in its acceptance."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

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
Channel = Literal["email", "sms"]


class InterestedParty(BaseModel):
    """Somebody whom a relocation concerns, and what has to happen before they have it.

    `ref_id` is the id of the member (also for those who hold a post), organisation, station or outside system. A party
    that holds several roles appears once, with the first of them that applies in the order of `PartyRole`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    party_id: str
    kind: PartyKind
    ref_id: str
    role: PartyRole
    channels: tuple[Channel, ...] = ()
    must_acknowledge: bool = False
