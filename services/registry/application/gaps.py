"""应建未建: what the rules say that units should have, against what they have; and the same under other rules.

Pure over the read model: a simulation reads what the gap list reads and writes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.application.standing import STANDING
from services.registry.domain.formation.rules import Circumstances, FormationRules, Proposal, propose
from services.registry.domain.organisation.kinds import LEAST_FORMAL_MEMBERS
from services.registry.domain.vocabulary import FormationMode
from shared.security.policy import area_prefix

_UNITS: Final = text(
    STANDING
    + """
SELECT s.uscc, s.name, s.kind, s.area_code, s.trade, s.staff, s.operation, s.falls_to AS responsible_id, s.modes,
       coalesce(s.formal_members, 0) AS formal_members,
       coalesce(s.formal_members, 0) + coalesce(s.probationary_members, 0) AS members,
       s.no_organisation_reason, p.due_on AS plan_due_on, p.status AS plan_status
FROM standing AS s LEFT JOIN formation_plans AS p USING (uscc) ORDER BY s.uscc
"""
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A unit with what it should have. `gap`: it should have an organisation and none covers it."""

    unit: Mapping[str, Any]
    proposal: Proposal

    @property
    def gap(self) -> bool:
        return self.proposal.duty != "none" and not self.unit["modes"]


async def units_standing(connection: AsyncConnection, area_code: str, day: date) -> list[dict[str, Any]]:
    """Every unit of the area as it stood on that day, in the order of the codes."""
    rows = await connection.execute(_UNITS, {"day": day, "prefix": area_prefix(area_code)})
    return [dict(row) for row in rows.mappings()]


def judge(rules: FormationRules, units: Sequence[Mapping[str, Any]]) -> list[Judged]:
    """The rules applied to every unit, each seen with its neighbours: 地域相邻、行业相近 (domain §1.5 P5)."""
    partners: dict[tuple[Any, ...], int] = {}
    trades = {_trade(one) for one in units if "trade" in one["modes"]}
    places = {one["area_code"] for one in units if "area" in one["modes"]}
    for one in units:
        if _seeks_partners(one):
            partners[_neighbourhood(one)] = partners.get(_neighbourhood(one), 0) + one["formal_members"]

    def judged(one: Mapping[str, Any]) -> Judged:
        hosts: set[FormationMode] = {"attached", "included"}
        hosts |= {"trade"} if _trade(one) in trades else set()
        hosts |= {"area"} if one["area_code"] in places else set()
        own = one["formal_members"] if _seeks_partners(one) else 0
        nearby = partners.get(_neighbourhood(one), 0) - own
        seen = Circumstances(
            one["kind"], one["operation"], one["staff"], one["formal_members"], one["members"], nearby, frozenset(hosts)
        )
        return Judged(one, propose(rules, seen))

    return [judged(one) for one in units]


def counted(gaps: Iterable[Judged], by: str) -> list[dict[str, Any]]:
    """Gaps per trade (its letter) or area, most first."""
    count = Counter((one.unit["trade"] or "")[:1] if by == "trade" else one.unit[by] for one in gaps)
    return [{by: key or None, "gaps": number} for key, number in count.most_common()]


def compared(
    now: FormationRules, then: FormationRules, units: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[tuple[Judged, Judged]]]:
    """What other rules would do: the counts under both, and every unit that would be judged differently."""
    before, after = judge(now, units), judge(then, units)
    changed = [pair for pair in zip(before, after, strict=True) if pair[0].proposal != pair[1].proposal]
    return {"units": len(units), "now": _summed(before), "then": _summed(after), "changed": len(changed)}, changed


def _summed(judged: Sequence[Judged]) -> dict[str, Any]:
    duties = Counter(one.proposal.duty for one in judged)
    modes = Counter(one.proposal.mode or "none" for one in judged if one.proposal.duty != "none")
    return {"must": duties["must"], "should": duties["should"], "gaps": sum(one.gap for one in judged),
            "by_mode": dict(sorted(modes.items()))}  # fmt: skip


def _seeks_partners(one: Mapping[str, Any]) -> bool:
    return not one["modes"] and 0 < one["formal_members"] < LEAST_FORMAL_MEMBERS


def _trade(one: Mapping[str, Any]) -> tuple[Any, ...]:
    return one["area_code"], (one["trade"] or "")[:1]


def _neighbourhood(one: Mapping[str, Any]) -> tuple[Any, ...]:
    # The same body looks after both, in the same place and the same branch of trade.
    return one["responsible_id"], *_trade(one)
