"""Who may do what (权限): one table for all services. What is not in it is refused.

A row says for one action which roles may do it, and how the organisations concerned must lie to the one that the role
was given for. Routes name their action (`shared/security/access.py`); a route that names none, or one that is not in
the table, keeps its service from starting.
"""

from shared.security.actions import TABLE
from shared.security.actor import Actor, Assignment, Line
from shared.security.rules import Concern, Ground, Relation

__all__ = ["TABLE", "Concern", "Ground", "Relation", "allowed", "area_prefix", "eligible", "within"]


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
