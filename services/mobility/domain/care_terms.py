"""The words of mobile members (流动党员) that more than one part of mobility uses; the same literals as published."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.kernel.identifiers.area_code import AreaCode

Credential = Literal["none", "certificate", "introduction_letter", "mobile_card"]
"""证明信, 介绍信 (a transfer has to be asked for) or 《流动党员活动证》 (domain §1.2)."""

DepartureReason = Literal["work", "business", "study", "family", "other"]

PartyRole = Literal["origin", "station", "destination"]
"""流出地, 驻城站, 流入地 (domain N07)."""

CareModel = Literal["three_party", "destination_led", "origin_led"]
"""Who leads once the member is on file (domain M14): the station, the destination, or still the origin."""

DutyKind = Literal[
    "verify",
    "correct_registration",
    "confirm_membership",
    "request_transfer",
    "find_station",
    "contact",
    "yearly_report",
    "abroad_contact",
    "talk",
    "ledger_refresh",
    "dues_and_attendance",
    "card_review",
    "homecoming_meeting",
]
"""What a party owes a mobile member. The first five come up once; the others come round (domain §1.3). The last is 年底返乡
流动党员组织生活会 (domain Y27), for areas whose rules ask for it."""

VerificationOutcome = Literal["found", "not_found", "wrong"]

ReturnOutcome = Literal["none", "started_business", "village_committee", "reserve_cadre", "employed", "retired"]
"""返乡结果 (domain N31): what the member does at home; `village_committee` is 当选村“两委”."""


Day = Annotated[date, Field(ge=date(1921, 7, 1), le=date(2199, 12, 31))]
"""A day of the field: calendars end, and a day nobody meant must not break a computation with months."""


class Place(BaseModel):
    """去向: an area of the country with a place in it (a town, a park, a firm, never an address), or abroad."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    area_code: AreaCode | None = None
    place: str = Field(min_length=1, max_length=100)
    abroad: bool = False
    unit_uscc: str | None = Field(default=None, min_length=18, max_length=18)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Place":
        if self.abroad == (self.area_code is not None):
            raise ValueError("give the area code of a place in the country, or say that it is abroad")
        return self


Groups = Annotated[tuple[str, ...], Field(max_length=20)]
"""功能党小组 (domain N11): ids of groups by area, trade, community or level; many, and none of them is a membership."""
