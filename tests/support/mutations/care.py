"""Mutations of the care for members who are away."""

from typing import Any

from tests.support.mutations.switch import mutation, replace
from tests.support.sealed_words import sealed_words


@mutation
def a_timer_stops_the_membership() -> None:
    from services.mobility.domain.lost_contact import decide
    from services.mobility.domain.lost_contact.events import LossDecided, LossProposed

    propose = decide._propose

    def rash(command: Any, state: Any) -> Any:
        events = propose(command, state)
        decided = [
            LossDecided(
                member_id=event.member_id,
                proposal=event.proposal,
                agreed=True,
                branch_id=event.branch_id,
                decided_by=event.branch_id,
                approved_by=event.body_id,
                person_id="nobody",
                decided_on=command.now.date(),
                text=sealed_words("time is over"),
                ask_again_at=None,
                decided_at=command.now,
            )
            for event in events
            if isinstance(event, LossProposed)
        ]
        return [*events, *decided]

    replace(decide, "_propose", rash)


@mutation
def duties_stay_with_who_left() -> None:
    from services.mobility.domain.care import duties

    replace(duties, "reassigned", lambda before, after: [])


@mutation
def the_lead_leaves_with_its_party() -> None:
    from services.mobility.domain.care import decider
    from services.mobility.domain.care.events import CareLeadChanged

    remove = decider._remove
    replace(
        decider,
        "_remove",
        lambda command, state: [one for one in remove(command, state) if not isinstance(one, CareLeadChanged)],
    )


@mutation
def few_who_answered_are_shown() -> None:
    from services.mobility.domain.survey import results

    replace(results, "_shown", set)


@mutation
def one_side_is_enough() -> None:
    from services.mobility.domain.appraisal.decider import Appraisal

    replace(Appraisal, "both", property(lambda state: bool(state.sides)))
