"""The rules of a rule set (考核办法), one stream `rule-set-<id>` each: versions are numbered 1, 2, 3… and immutable."""

from collections import Counter
from collections.abc import Sequence

from services.assessment.domain.rule_set.commands import AdoptRuleSet, RuleSetCommand
from services.assessment.domain.rule_set.events import RuleSetAdopted
from services.assessment.domain.rule_set.state import RuleSetState
from services.assessment.domain.vocabulary import full_score
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent


def decide(command: RuleSetCommand, state: RuleSetState) -> Sequence[DomainEvent]:
    """Errors: `duplicate-item`, `full-score-mismatch`, `rule-set-immutable`, `rule-set-version-gap`,
    `rule-set-effective-earlier`.
    """
    _check_items(command)
    adopted = RuleSetAdopted(**command.model_dump())
    if earlier := state.version(command.version):
        if earlier.model_copy(update={"adopted_at": adopted.adopted_at}) == adopted:
            return []
        raise Refused(
            "rule-set-immutable",
            f"version {command.version} of {command.rule_set_id} was adopted, and assessments may cite it",
            remedy=f"adopt version {state.latest + 1} instead",
            where="version",
        )
    if command.version != state.latest + 1:
        raise Refused(
            "rule-set-version-gap",
            f"the version after {state.latest} is {state.latest + 1}, not {command.version}",
            remedy="number the versions without gaps",
            where="version",
        )
    if state.versions and command.effective_from < state.versions[-1].effective_from:
        raise Refused(
            "rule-set-effective-earlier",
            f"version {state.latest} takes effect on {state.versions[-1].effective_from}, its successor cannot before",
            remedy="give a later day in effective_from",
            where="effective_from",
        )
    return [adopted]


def evolve(state: RuleSetState, event: DomainEvent) -> RuleSetState:
    return RuleSetState((*state.versions, event)) if isinstance(event, RuleSetAdopted) else state


def _check_items(command: AdoptRuleSet) -> None:
    twice = [item_id for item_id, times in Counter(item.id for item in command.items).items() if times > 1]
    if twice:
        raise Invalid(
            "duplicate-item",
            f"the item {twice[0]} is given more than once",
            remedy="give every item an id of its own",
            where=f"items.{twice[0]}",
        )
    reachable = full_score(command.items)
    if reachable != command.full_score:
        raise Invalid(
            "full-score-mismatch",
            f"the items add up to {reachable:f}, the rule set says {command.full_score:f}",
            remedy="compare the items and their weights with the document, or state its total in full_score",
            where="items",
        )


RULE_SET: Decider[RuleSetCommand, RuleSetState] = Decider(
    stream_type="rule-set",
    initial=RuleSetState(),
    decide=decide,
    evolve=evolve,
    events=(RuleSetAdopted,),
)
