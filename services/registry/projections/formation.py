"""What rules, plans and changes of the tree make of their rows."""

from datetime import date

from services.registry.domain.formation.decider import FormationRulesAdopted
from services.registry.domain.formation_plan import events as plan
from services.registry.domain.organisation import events as organisation
from services.registry.projections.formation_tables import FORMATION_PLANS, FORMATION_RULES, ORGANISATION_EDGES
from shared.eventstore.projection import Fact, Projection
from shared.eventstore.rows import Put, RowChange
from shared.kernel.calendar import local_date


def _rules(event: FormationRulesAdopted, _: Fact) -> list[RowChange]:
    row = event.model_dump(exclude={"rules"}) | {"rules": event.rules.model_dump(mode="json")}
    return [Put("formation_rules", (event.area_code, event.rules_version), row)]


def _plan(uscc: str, fact: Fact, **columns: object) -> list[RowChange]:
    return [Put("formation_plans", (uscc,), {"uscc": uscc, "version": fact.version} | columns)]


def _adopted(event: plan.FormationPlanAdopted, fact: Fact) -> list[RowChange]:
    said = event.model_dump(exclude={"uscc"})
    return _plan(event.uscc, fact, **said, status="open", formed_by=None, ended_on=None, reason=None)


def _overdue(event: plan.FormationPlanOverdue, fact: Fact) -> list[RowChange]:
    return _plan(event.uscc, fact, status="overdue")


def _fulfilled(event: plan.FormationPlanFulfilled, fact: Fact) -> list[RowChange]:
    return _plan(event.uscc, fact, status="fulfilled", formed_by=event.organisation_id, ended_on=event.on)


def _abandoned(event: plan.FormationPlanAbandoned, fact: Fact) -> list[RowChange]:
    ended_on = local_date(fact.recorded_at)
    return _plan(event.uscc, fact, status="abandoned", reason=event.reason, ended_on=ended_on)


def _edge(organisation_id: str, parent_id: str | None, since: date) -> list[RowChange]:
    row = {"organisation_id": organisation_id, "since": since, "parent_id": parent_id}
    return [Put("organisation_edges", (organisation_id, row["since"]), row)]


def _founded(event: organisation.PartyOrganisationFounded, fact: Fact) -> list[RowChange]:
    return _edge(event.organisation_id, event.parent_id, local_date(fact.recorded_at))


def _reparented(event: organisation.PartyOrganisationReparented, fact: Fact) -> list[RowChange]:
    since = event.effective_on or local_date(fact.recorded_at)
    return _edge(event.organisation_id, event.to_parent_id, since)


FORMATION = (
    Projection("formation_rules", 1, (FORMATION_RULES.name,), {FormationRulesAdopted: _rules}, {}),
    Projection(
        "formation_plans",
        1,
        (FORMATION_PLANS.name,),
        {
            plan.FormationPlanAdopted: _adopted,
            plan.FormationPlanOverdue: _overdue,
            plan.FormationPlanFulfilled: _fulfilled,
            plan.FormationPlanAbandoned: _abandoned,
        },
        {},
    ),
    Projection(
        "organisation_edges",
        1,
        (ORGANISATION_EDGES.name,),
        {
            organisation.PartyOrganisationFounded: _founded,
            organisation.PartyOrganisationReparented: _reparented,
        },
        {},
    ),
)
