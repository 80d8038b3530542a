"""Who is responsible at either end of a departure, read from the roll: branch, committee, station, named persons, rules."""

from dataclasses import dataclass
from typing import Any

from services.mobility.application.contact import require_on_the_roll
from services.mobility.application.organisations import AGAIN, Organisations, organisations_above
from services.mobility.domain.care.events import CareParty
from services.mobility.domain.care_rules.decider import CARE_RULES
from services.mobility.domain.care_rules.rules import CitedRules, areas_around
from services.mobility.domain.care_terms import Place
from services.mobility.domain.member_case import MEMBER_CASE, MemberCase
from services.mobility.domain.transfer.decider import TRANSFER
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import local_date
from shared.kernel.errors import Invalid, NotFound, Refused


@dataclass(frozen=True, slots=True)
class Home:
    """流出地: the member's branch and committee with everything above them."""

    member: dict[str, Any]
    branch_id: str
    committee_id: str
    tree: Organisations

    @property
    def superior_id(self) -> str | None:
        """Whoever stands above the committee."""
        above = self.tree.rows[self.committee_id]["parent_id"]
        return None if above is None else str(above)

    @property
    def area_code(self) -> str | None:
        return self.tree.rows[self.branch_id].get("area_code")


async def home_of(unit: UnitOfWork, member_id: str) -> Home:
    """Errors: `member-unknown`, `member-left`, `organisation-unknown`, `branch-without-committee`."""
    # A row is not checked at the commit. What moves the member also writes to the open transfer, whose version is; so
    # the states come first, and whoever was overtaken by the roll reads it again.
    case: MemberCase = await unit.state(MEMBER_CASE, member_id)
    if case.open is not None:
        await unit.state(TRANSFER, case.open)
    member = await unit.row("members", member_id)
    if member is None:
        raise NotFound("member-unknown", "there is no such member", remedy=AGAIN, where="member_id")
    require_on_the_roll(member)
    branch_id = str(member["organisation_id"])
    tree = await organisations_above(unit, member_id=branch_id)
    return Home(member, branch_id, tree.committee_of(branch_id), tree)


async def rules_of(unit: UnitOfWork, area_code: str | None) -> CitedRules:
    """The rules in force today for that area: its own, or those of what lies around it, or the defaults."""
    today = local_date(unit.clock.now())
    for area in areas_around(area_code) if area_code else ():
        adopted = (await unit.state(CARE_RULES, area)).on(today)
        if adopted is not None:
            return CitedRules(
                area_code=area,
                version=adopted.rules_version,
                source_document=adopted.source_document,
                rules=adopted.rules,
            )
    return CitedRules()


async def station_for(
    unit: UnitOfWork, place: Place, station_id: str | None, person_id: str | None
) -> tuple[str | None, CareParty | None]:
    """The 驻城站 that looks after members at that place: the one named, else the one of the narrowest area around it.

    Errors: `station-unknown`, `station-closed`, `no-named-person` (nobody heads it, and nobody was named).
    """
    row = await _station(unit, place, station_id)
    if row is None:
        return None, None
    person = person_id or await _head(unit, row["station_id"])
    if person is None:
        raise Refused(
            "no-named-person",
            f"nobody heads the station {row['station_id']}, and no person was named",
            remedy="name the person who looks after the member there",
            where="station_person_id",
        )
    organisation_id = str(row["organisation_id"])
    above = await unit.row("organisations", organisation_id)
    superior = above["parent_id"] if above else None
    party = CareParty(
        organisation_id=organisation_id, person_id=person, station_id=row["station_id"], superior_id=superior
    )
    return str(row["station_id"]), party


async def _station(unit: UnitOfWork, place: Place, station_id: str | None) -> dict[str, Any] | None:
    if station_id is not None:
        row = await unit.row("stations", station_id)
        if row is None:
            raise Refused("station-unknown", f"there is no station {station_id}", remedy=AGAIN, where="station_id")
        if row["closed_on"] is not None:
            raise Refused(
                "station-closed",
                f"the station {station_id} was closed on {row['closed_on']}",
                remedy="name one that is open, or none: then the one that serves the place is found",
                where="station_id",
            )
        return row
    for area in areas_around(place.area_code) if place.area_code else ():
        rows = await unit.rows("stations", area_code=area, kind="town", closed_on=None)
        if rows:
            return min(rows, key=lambda row: str(row["station_id"]))
    return None


async def _head(unit: UnitOfWork, station_id: str) -> str | None:
    today = local_date(unit.clock.now())
    rows = await unit.rows("posts", scope="station", scope_id=station_id)
    serving = sorted(
        row["person_id"]
        for row in rows
        if row["kind"] == "station_head" and row["since"] <= today and (row["until"] is None or today <= row["until"])
    )
    return serving[0] if serving else None


async def party_of(unit: UnitOfWork, organisation_id: str, person_id: str | None, where: str) -> CareParty:
    """An organisation as a party. Errors: `organisation-unknown`, `organisation-dissolved`, `no-named-person`."""
    tree = await organisations_above(unit, **{where: organisation_id})
    tree.require_active(**{where: organisation_id})
    if person_id is None:
        raise Invalid(
            "no-named-person",
            "a party has one person who does the work",
            remedy="name the person",
            where="person_id",
        )
    above = tree.rows[organisation_id]["parent_id"]
    return CareParty(organisation_id=organisation_id, person_id=person_id, superior_id=above)
