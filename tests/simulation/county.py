"""The county that a simulation begins with: entered once through the registry, then copied for every seed."""

import copy
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from services.assessment.domain.rule_set.commands import AdoptRuleSet, ItemGiven
from services.assessment.domain.rule_set.decider import RULE_SET
from services.cli.demo.county.district import district
from services.cli.demo.county.model import Member, Territory
from services.cli.demo.county.sizes import DistrictSizes
from services.cli.demo.load import duty_phone
from services.mobility.domain.care_rules.decider import CARE_RULES, AdoptCareRules
from services.mobility.domain.care_rules.rules import CareRules
from services.registry.application import posts, roll, tree
from services.registry.application.roll import Entrant
from services.registry.domain.organisation.commands import FoundOrganisation
from services.registry.domain.post.commands import AssignPost
from services.registry.domain.station.commands import OpenStation
from services.registry.domain.station.decider import STATION
from shared.eventstore.context import Cause
from shared.eventstore.executor import Job
from shared.eventstore.records import SequencedMessage
from shared.privacy.blind_index import BlindIndex
from tests.simulation.clock import BEGINNING

if TYPE_CHECKING:
    from tests.simulation.host import Host
    from tests.simulation.world import World

AS_OF = BEGINNING.date()
INDEX = BlindIndex({"sim": b"\x07" * 32})
RULES = "instructors"

SMALL = DistrictSizes(stations=2, instructors=2, organisations=7, units=10, joint_branches=1, members=40)
"""For thousands of seeds: small enough that everybody meets everybody."""
DISTRICT = DistrictSizes()
"""常德 武陵区 (domain §5.2): 58 organisations, 167 units, 35 instructors, 800 members."""
SIZES: Mapping[str, DistrictSizes] = {"small": SMALL, "district": DISTRICT}

ELSEWHERE = ("elsewhere-w", "elsewhere-c", "elsewhere-b1", "elsewhere-b2")
"""A committee in another province, below a root of its own: 跨省 transfers go there."""
ELSEWHERE_AREA = "350902"
ELSEWHERE_STATION = "elsewhere-s"
"""驻城站 of the town there: it looks after whoever goes to that area."""

STRICT = CareRules(verify_days=2, correct_days=2, transfer_days=3, escalate_days=2, decide_days=5)
"""The county's own periods: short, so that three weeks see duties overdue and escalated."""


@dataclass(frozen=True)
class Founded:
    """What is durable once the county is entered and everybody has heard of it."""

    territory: Territory
    data: Mapping[str, Any]
    streams: Mapping[str, list[SequencedMessage]]
    keys: Mapping[str, Any]
    carried: Mapping[str, tuple[Counter[str], dict[str, datetime]]]
    """What each channel took and delivered: in a district somebody's probation is over before it is all entered."""
    began: float

    def store_data(self, service: str) -> Any:
        """A copy that may be written to. What is immutable is shared."""
        kept = self.data[service]
        values = {name: _copied(value) for name, value in vars(kept).items()}
        return replace(kept, **values)


def _copied(value: Any) -> Any:
    """Containers two levels deep: streams are lists, tables are dictionaries of rows that are changed in place."""
    if isinstance(value, dict):
        return {key: _copied(inner) if isinstance(inner, (dict, list)) else inner for key, inner in value.items()}
    return copy.copy(value)


@cache
def founded(size: str) -> Founded:
    """The county of that size; entering it takes a while the first time."""
    from tests.simulation.world import found_county

    return found_county(district(1, AS_OF, SIZES[size]))


async def enter(world: "World", territory: Territory) -> None:
    """Enter everything in the registry and the assessment rules."""
    registry, assessment = world.hosts["registry"][0], world.hosts["assessment"][0]
    area = territory.area_code
    for one in territory.organisations:
        await _do(registry, lambda unit, one=one: tree.found(unit, FoundOrganisation(  # type: ignore[misc]
            organisation_id=one.key, name=one.name, kind=one.kind.value, parent_id=one.parent_key,
            area_code=one.area_code, can_approve_probationary=one.can_approve_probationary,
            unit_uscc=one.unit_uscc, office_email=one.office_email, office_phone=duty_phone(one.key),
        )))  # fmt: skip
    for key, kind, parent in zip(
        ELSEWHERE, ("working_committee", "committee", "branch", "branch"), (None, *ELSEWHERE[:2], ELSEWHERE[1]),
        strict=True,
    ):  # fmt: skip
        await _do(registry, lambda unit, key=key, kind=kind, parent=parent: tree.found(unit, FoundOrganisation(  # type: ignore[misc]
            organisation_id=key, name=f"外省{key}", kind=kind, parent_id=parent, area_code=ELSEWHERE_AREA,
            can_approve_probationary=kind != "branch", office_email=f"{key}@elsewhere.example",
            office_phone=duty_phone(key),
        )))  # fmt: skip
    offices = {one.key: one for one in territory.organisations}
    for station in territory.stations:
        command = OpenStation(
            station_id=station.key, name=station.name, kind=station.kind.value, area_code=area,
            organisation_id=station.organisation_key, office_email=offices[station.organisation_key].office_email,
            office_phone=duty_phone(station.key),
        )  # fmt: skip
        await _do(registry, lambda unit, c=command: unit.handle(STATION, c.station_id, c))  # type: ignore[misc]
    town = OpenStation(
        station_id=ELSEWHERE_STATION, name="驻城工作站", kind="town", area_code=ELSEWHERE_AREA,
        organisation_id=ELSEWHERE[1], office_email="elsewhere-s@elsewhere.example",
        office_phone=duty_phone(ELSEWHERE_STATION),
    )  # fmt: skip
    await _do(registry, lambda unit: unit.handle(STATION, ELSEWHERE_STATION, town))
    for member in territory.members:
        [admission] = await roll.seal(registry.sealer, INDEX, [entrant(member)])
        await _do(registry, lambda unit, c=admission: roll.admit(unit, c))  # type: ignore[misc]
    for number, post in enumerate(territory.posts):
        assignment = AssignPost(
            post_id=f"post-{number}", kind=post.kind.value, person_id=post.person_key, scope=post.scope.value,
            scope_id=post.scope_key, since=date(2025, 1, 1),
        )  # fmt: skip
        await _do(registry, lambda unit, c=assignment: posts.assign(unit, c))  # type: ignore[misc]
    rules = AdoptRuleSet(
        rule_set_id=RULES, version=1, title="指导员考核办法", effective_from=date(2025, 1, 1),
        items=(
            ItemGiven(id="work", title="工作实绩", max_score=Decimal(60)),
            ItemGiven(id="voice", title="满意度", max_score=Decimal(40)),
        ),
        source_document="县组发〔2025〕1号", adopted_at=BEGINNING,
    )  # fmt: skip
    await _do(assessment, lambda unit: unit.handle(RULE_SET, RULES, rules))
    strict = AdoptCareRules(
        area_code=area, rules_version=1, effective_from=date(2025, 1, 1), source_document="县组发〔2025〕2号",
        adopted_by=territory.organisations[0].key, rules=STRICT, adopted_at=BEGINNING,
    )  # fmt: skip
    await _do(world.hosts["mobility"][0], lambda unit: unit.handle(CARE_RULES, area, strict))


def entrant(member: Member) -> Entrant:
    """A generated person as the registry takes one."""
    return Entrant(
        member_id=member.key, organisation_id=member.organisation_key, status=member.status.value,
        admitted_on=member.admitted_on, probation_ends_on=member.probation_ends_on, name=member.name,
        resident_id=member.resident_id, phone=member.phone, email=member.email,
    )  # fmt: skip


async def _do(host: "Host", job: Job[Any]) -> None:
    await host.call(lambda: host.executor.run(job, Cause("founding")))
