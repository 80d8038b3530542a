"""The words of notify, and the shapes of its fields.

The literals are those of the published language (`shared.contracts.parties`), said again here because the domain knows
only the kernel; a test holds the two together.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Channel = Literal["email", "sms"]
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

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]+$")]
Code = Annotated[str, Field(min_length=1, max_length=100)]
"""What a provider calls the outcome, such as `DELIVRD` or `550`; opaque to us, except for those in `message.codes`."""


class Recipient(BaseModel):
    """Whom a message is for, by reference: the address is looked up when it is sent, never kept in an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: PartyKind
    ref_id: Id
