"""Who may do what (权限): one table for all services. What is not in it is refused.

A row says for one action which roles may do it, and how the organisations concerned must lie to the one that the role
was given for. Routes name their action (`shared/security/access.py`); a route that names none, or one that is not in
the table, keeps its service from starting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from shared.security.actor import Actor, Assignment, Line, Role


class Relation(StrEnum):
    """How what is concerned lies to the organisation of an assignment."""

    ANYWHERE = "anywhere"
    """It concerns no organisation in particular."""
    ROOT = "root"
    """It concerns an organisation that has nobody above it."""
    WITHIN = "within"
    """Every organisation concerned is the own one or below it (管辖), or by the line of authority one that it guides."""
    INVOLVED = "involved"
    """At least one is: of a transfer either side, or the path between them."""
    AREA = "area"
    """The place lies in the area of the own organisation (属地)."""
    ADDRESSED = "addressed"
    """It can be named by everybody: a committee, which transfers go to, or what is above or below the own organisation."""
    SELF = "self"
    """It is the actor's own: as a party, or as the one who is spoken of."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What an action is about. Empty: nothing that anybody is responsible for, so only `ANYWHERE` holds.

    `persons` are ids of those it is about, or systems; `area_code` the place; `public` whether everybody may name it.
    """

    organisations: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    area_code: str | None = None
    public: bool = False
    root: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the organisations concerned and of the actor's own.

    `paths` leads from each organisation to the top. `own` is where each assignment counts, resolved: the organisation, or
    the one that the station belongs to; an assignment whose organisation nobody knows is not in it, and gives nothing.
    `guides` are the organisations that guide each one, or a superior of it, with all above them.
    """

    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: Mapping[Assignment, str] = field(default_factory=dict)
    own_areas: Mapping[str, str] = field(default_factory=dict)
    guides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which relations let a role do the action. `looks`: it changes nothing, so the line of authority may do it too."""

    grants: Mapping[Role, frozenset[Relation]]
    looks: bool = False


_DEPARTMENTS: Final = (Role.CITY_DEPARTMENT, Role.COUNTY_DEPARTMENT)
_COMMITTEES: Final = (*_DEPARTMENTS, Role.WORKING_COMMITTEE)
_ON_SITE: Final = (Role.STATION_HEAD, Role.INSTRUCTOR)
_PERSONS: Final = (*_COMMITTEES, *_ON_SITE, Role.BRANCH_SECRETARY, Role.AUDITOR)

Grants = tuple[Iterable[Role], Relation]


def _rule(*grants: Grants, looks: bool = False) -> Rule:
    found: dict[Role, set[Relation]] = {}
    for roles, relation in grants:
        for role in roles:
            found.setdefault(role, set()).add(relation)
    return Rule(MappingProxyType({role: frozenset(relations) for role, relations in found.items()}), looks)


_TRANSFER_STEP: Final = _rule((_COMMITTEES, Relation.INVOLVED))

TABLE: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        # -- registry: units belong to a place, until an organisation is founded in them (谁管理谁组建, 属地) -----------
        "unit.register": _rule((_COMMITTEES, Relation.AREA)),
        "unit.change": _rule((_COMMITTEES, Relation.AREA), (_COMMITTEES, Relation.INVOLVED)),
        "unit.survey": _rule(
            ((*_COMMITTEES, *_ON_SITE), Relation.AREA), ((*_COMMITTEES, *_ON_SITE), Relation.INVOLVED)
        ),
        "unit.cover": _rule((_COMMITTEES, Relation.AREA), (_COMMITTEES, Relation.WITHIN)),
        "unit.close": _rule((_COMMITTEES, Relation.AREA)),
        "unit.read": _rule(
            ((*_COMMITTEES, *_ON_SITE, Role.AUDITOR), Relation.AREA), (_PERSONS, Relation.INVOLVED), looks=True
        ),
        # -- registry: forming organisations in units, and how far that has come --------------------------------------
        "formation-rules.adopt": _rule((_DEPARTMENTS, Relation.AREA)),
        "formation-rules.read": _rule((_PERSONS, Relation.ANYWHERE), looks=True),
        "formation.read": _rule(((*_COMMITTEES, Role.STATION_HEAD, Role.AUDITOR), Relation.AREA), looks=True),
        "formation-plan.keep": _rule((_COMMITTEES, Relation.AREA), (_COMMITTEES, Relation.INVOLVED)),
        "formation-plan.read": _rule(((*_COMMITTEES, *_ON_SITE, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "coverage.read": _rule(((*_COMMITTEES, Role.STATION_HEAD, Role.AUDITOR), Relation.AREA), looks=True),
        "list.import": _rule((_COMMITTEES, Relation.AREA)),
        "list.read": _rule(((*_COMMITTEES, Role.AUDITOR), Relation.AREA), looks=True),
        # -- registry: the tree. Who may be an endpoint of transfers is said by departments, not by itself -----------
        "organisation.found": _rule(((Role.OPERATOR,), Relation.ROOT), (_COMMITTEES, Relation.WITHIN)),
        "organisation.change": _rule((_COMMITTEES, Relation.WITHIN)),
        "organisation.empower": _rule(((Role.OPERATOR,), Relation.ROOT), (_DEPARTMENTS, Relation.WITHIN)),
        "organisation.reparent": _rule((_DEPARTMENTS, Relation.WITHIN)),
        "organisation.dissolve": _rule((_COMMITTEES, Relation.WITHIN)),
        "founding.apply": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "founding.decide": _rule((_COMMITTEES, Relation.INVOLVED)),
        "founding.read": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "organisation.restore": _rule((_COMMITTEES, Relation.WITHIN)),
        "organisation.upgrade": _rule((_COMMITTEES, Relation.WITHIN)),
        "organisation.elect": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "organisation.extend-term": _rule((_COMMITTEES, Relation.WITHIN)),
        "election.read": _rule((_PERSONS, Relation.INVOLVED), looks=True),
        "organisation.receive": _rule((_COMMITTEES, Relation.WITHIN)),
        "reorganisation.read": _rule(((*_COMMITTEES, Role.AUDITOR), Relation.INVOLVED), looks=True),
        # Who guides by the line of the trade is settled by the department above, and whoever is guided may know (L28).
        "organisation.guide": _rule((_DEPARTMENTS, Relation.WITHIN)),
        "organisation.guidance": _rule((_PERSONS, Relation.WITHIN), looks=True),
        "organisation.read": _rule(((*_PERSONS, Role.OPERATOR, Role.OUTSIDE_SYSTEM), Relation.ADDRESSED), looks=True),
        # 党小组: the branch divides itself, and whoever is above it may.
        "party-group.keep": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "party-group.read": _rule((_PERSONS, Relation.INVOLVED), looks=True),
        "station.open": _rule((_COMMITTEES, Relation.WITHIN)),
        "station.read": _rule(((*_PERSONS, Role.OPERATOR, Role.OUTSIDE_SYSTEM), Relation.ANYWHERE), looks=True),
        # By names of offices and firms, of what one may list: see services/registry/api/search.py.
        "name.search": _rule(
            ((*_COMMITTEES, *_ON_SITE, Role.AUDITOR), Relation.AREA),
            (_PERSONS, Relation.INVOLVED),
            (_PERSONS, Relation.ADDRESSED),
            looks=True,
        ),
        "station.change": _rule((_COMMITTEES, Relation.WITHIN)),
        "station.plan-duty": _rule(((*_COMMITTEES, Role.STATION_HEAD), Relation.WITHIN)),
        # Sites, platforms, grids and groups, with what belongs to them and what is found there.
        "place.keep": _rule((_COMMITTEES, Relation.WITHIN)),
        "place.read": _rule((_PERSONS, Relation.INVOLVED), looks=True),
        "practice.keep": _rule((_COMMITTEES, Relation.WITHIN), (_COMMITTEES, Relation.AREA)),
        "practice.read": _rule((_PERSONS, Relation.INVOLVED), (_COMMITTEES, Relation.AREA), looks=True),
        "funding.record": _rule((_COMMITTEES, Relation.WITHIN)),
        "funding.read": _rule(((*_COMMITTEES, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "station.read-members": _rule((_PERSONS, Relation.INVOLVED), looks=True),
        "post.assign": _rule((_COMMITTEES, Relation.WITHIN), (_COMMITTEES, Relation.AREA)),
        "post.leave": _rule((_COMMITTEES, Relation.WITHIN), (_COMMITTEES, Relation.AREA)),
        "post.read": _rule(
            (_PERSONS, Relation.INVOLVED), (_COMMITTEES, Relation.AREA), (_PERSONS, Relation.SELF), looks=True
        ),
        # Applications, strengths and documents: whoever the place belongs to; what documents say, everybody may know.
        "staffing.set": _rule((_COMMITTEES, Relation.WITHIN)),
        "staffing.read": _rule((_PERSONS, Relation.INVOLVED), looks=True),
        "instructor.apply": _rule((_COMMITTEES, Relation.WITHIN), ((*_ON_SITE, Role.BRANCH_SECRETARY), Relation.SELF)),
        "instructor.review": _rule((_COMMITTEES, Relation.WITHIN)),
        "instructor.read": _rule((_PERSONS, Relation.INVOLVED), (_PERSONS, Relation.SELF), looks=True),
        "policy-document.issue": _rule((_COMMITTEES, Relation.WITHIN)),
        "policy-document.read": _rule((_PERSONS, Relation.ANYWHERE), looks=True),
        # -- registry: the roll (the member's own branch; domain §3.2: a branch sees its own, a committee what is below) --
        "member.admit": _rule((_COMMITTEES, Relation.WITHIN)),
        "member.change-contact": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "member.decide": _rule((_COMMITTEES, Relation.WITHIN)),
        "member.read": _rule((_PERSONS, Relation.WITHIN), looks=True),
        # As a file, which leaves the house: for those who keep the roll, and who examines what they do.
        "member.export": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.WITHIN), looks=True),
        # By 身份证 number or phone: for those who keep the roll, and who examines what they do.
        "member.lookup": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.WITHIN), looks=True),
        # -- mobility: seen by both sides and the path between; who acts, acts for an organisation of its own ---------
        "transfer.request": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "transfer.resend": _TRANSFER_STEP,
        "transfer.approve": _TRANSFER_STEP,
        "transfer.reissue-letter": _TRANSFER_STEP,
        "transfer.accept": _TRANSFER_STEP,
        "transfer.reject": _TRANSFER_STEP,
        "transfer.withdraw": _TRANSFER_STEP,
        "transfer.return-receipt": _TRANSFER_STEP,
        "transfer.close": _TRANSFER_STEP,
        "transfer.assign-branch": _TRANSFER_STEP,
        "transfer.hold": _TRANSFER_STEP,
        "transfer.acknowledge-void": _TRANSFER_STEP,
        "transfer.record-leg": _TRANSFER_STEP,
        "transfer.record-receipt": _TRANSFER_STEP,
        "transfer.print-letter": _TRANSFER_STEP,
        "transfer-rules.adopt": _rule((_DEPARTMENTS, Relation.AREA)),
        "transfer-rules.read": _rule((_PERSONS, Relation.ANYWHERE), looks=True),
        "retention.keep": _rule((_COMMITTEES, Relation.WITHIN)),
        "retention.read": _rule((_PERSONS, Relation.INVOLVED), looks=True),
        "reconciliation.run": _rule((_COMMITTEES, Relation.WITHIN)),
        "reconciliation.read": _rule(((*_COMMITTEES, Role.AUDITOR), Relation.WITHIN), looks=True),
        "outcome.read": _rule(((*_COMMITTEES, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "relocation.retry": _rule((_COMMITTEES, Relation.INVOLVED)),
        "transfer.read": _rule((_PERSONS, Relation.INVOLVED), (_PERSONS, Relation.SELF), looks=True),
        "case.read": _rule((_PERSONS, Relation.INVOLVED), looks=True),
        "relocation.acknowledge": _rule(
            ((*_COMMITTEES, *_ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED),
            ((*_COMMITTEES, *_ON_SITE, Role.BRANCH_SECRETARY, Role.OUTSIDE_SYSTEM), Relation.SELF),
        ),
        "relocation.read": _rule(
            (_PERSONS, Relation.INVOLVED), ((*_PERSONS, Role.OUTSIDE_SYSTEM), Relation.SELF), looks=True
        ),
        # -- mobility: members who are away. Both ends and the station see them; who acts, acts for a party (三方共管) ------
        "departure.register": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "departure.report-in": _rule(((*_COMMITTEES, *_ON_SITE, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "departure.act": _rule(((*_COMMITTEES, *_ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "departure.read": _rule((_PERSONS, Relation.INVOLVED), (_PERSONS, Relation.SELF), looks=True),
        "care.act": _rule(((*_COMMITTEES, *_ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "care.lead": _rule((_COMMITTEES, Relation.INVOLVED)),
        "care.read": _rule((_PERSONS, Relation.INVOLVED), (_PERSONS, Relation.SELF), looks=True),
        "care-rules.adopt": _rule((_DEPARTMENTS, Relation.AREA)),
        "care-rules.read": _rule((_PERSONS, Relation.ANYWHERE), looks=True),
        "card.issue": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "card.act": _rule(((*_COMMITTEES, *_ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "card.read": _rule((_PERSONS, Relation.INVOLVED), (_PERSONS, Relation.SELF), looks=True),
        "lost-contact.report": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "lost-contact.decide": _rule((_COMMITTEES, Relation.WITHIN)),
        "lost-contact.read": _rule((_PERSONS, Relation.WITHIN), looks=True),
        "talent.keep": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "talent.decide": _rule((_COMMITTEES, Relation.WITHIN)),
        "talent.read": _rule(((*_COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.WITHIN), looks=True),
        "branch-proposal.decide": _rule((_COMMITTEES, Relation.WITHIN)),
        "branch-proposal.read": _rule(((*_COMMITTEES, Role.AUDITOR), Relation.WITHIN), looks=True),
        # -- assessment: the organisation department assesses, the authority of the trade guides (L28) ----------------
        "rule-set.adopt": _rule((_DEPARTMENTS, Relation.ANYWHERE)),
        "rule-set.read": _rule((_PERSONS, Relation.ANYWHERE), looks=True),
        "quarter.open": _rule((_DEPARTMENTS, Relation.ANYWHERE)),
        "quarter.publish": _rule((_DEPARTMENTS, Relation.ANYWHERE)),
        "assessment.score": _rule((_DEPARTMENTS, Relation.INVOLVED)),
        "assessment.read": _rule(
            ((*_COMMITTEES, Role.STATION_HEAD, Role.AUDITOR), Relation.INVOLVED),
            ((Role.INSTRUCTOR,), Relation.SELF),
            looks=True,
        ),
        "roster.read": _rule((_PERSONS, Relation.WITHIN), (_PERSONS, Relation.SELF), looks=True),
        # -- the command line, where the machine's keys are ------------------------------------------------------------
        "installation.operate": _rule(((Role.OPERATOR,), Relation.ANYWHERE)),
        # -- notify ------------------------------------------------------------------------------------------------------
        "message.read": _rule((_PERSONS, Relation.INVOLVED), (_PERSONS, Relation.SELF), looks=True),
        "receipt.report": _rule(((Role.PROVIDER,), Relation.ANYWHERE)),
    }
)


def eligible(action: str, actor: Actor) -> tuple[Assignment, ...]:
    """The assignments that may do the action somewhere. None for an action that is not in the table."""
    rule = TABLE.get(action)
    if rule is None:
        return ()
    return tuple(
        one for one in actor.assignments if one.role in rule.grants and (rule.looks or one.line is not Line.AUTHORITY)
    )


def allowed(action: str, actor: Actor, concern: Concern, ground: Ground) -> bool:
    """Whether one of the actor's assignments allows the action on what it concerns."""
    return any(
        _holds(relation, one, actor, concern, ground)
        for one in eligible(action, actor)
        for relation in TABLE[action].grants[one.role]
    )


def within(assignment: Assignment, organisation_id: str, ground: Ground) -> bool:
    """Whether the organisation is the assignment's own or below it; by the line of authority, whether it is guided by that
    one or by somebody below that.
    """
    own = ground.own.get(assignment)
    if assignment.line is Line.AUTHORITY:
        return own is not None and own in ground.guides.get(organisation_id, ())
    return own is not None and (own == organisation_id or own in ground.paths.get(organisation_id, ()))


def area_prefix(area_code: str) -> str:
    """What the codes of all places within an area begin with (GB/T 2260: 350000 is a province, 350900 a city in it)."""
    while area_code.endswith("00"):
        area_code = area_code[:-2]
    return area_code


def _holds(relation: Relation, one: Assignment, actor: Actor, concern: Concern, ground: Ground) -> bool:
    organisations = concern.organisations
    if relation is Relation.ANYWHERE:
        return True
    if relation is Relation.ROOT:
        return concern.root
    if relation is Relation.SELF:
        return actor.id in concern.persons
    if relation is Relation.WITHIN:
        return bool(organisations) and all(within(one, each, ground) for each in organisations)
    if relation is Relation.INVOLVED:
        return any(within(one, each, ground) for each in organisations)
    if relation is Relation.AREA:
        if one.line is Line.AUTHORITY:
            return False  # a place is a matter of the territory
        area = ground.own_areas.get(ground.own.get(one, ""))
        return area is not None and concern.area_code is not None and concern.area_code.startswith(area_prefix(area))
    own = ground.own.get(one)
    above = ground.paths.get(own, ()) if own is not None else ()
    return concern.public or any(each in above or within(one, each, ground) for each in organisations)
