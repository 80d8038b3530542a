"""Rules of the registry's aggregates, and of decisions that are made at once."""

from typing import Any

from tests.support.mutations.switch import mutation, replace


@mutation
def arrivals_leave_the_mark() -> None:
    from services.registry.domain import closing

    decide = closing.decide

    def only_marks(command: Any, *, stands: bool, marked: bool) -> Any:
        return decide(command, stands=stands, marked=marked) if isinstance(command, closing.MarkForClosing) else []

    replace(closing, "decide", only_marks)


@mutation
def joint_branches_are_not_counted() -> None:
    from services.registry.application import covering

    async def nothing(*_: Any) -> None: ...

    replace(covering, "_take_one_of_few", nothing)


@mutation
def elections_are_reminded_of_again() -> None:
    from services.registry.domain.organisation import decider, terms

    def remind(command: Any, state: Any) -> Any:
        return [*terms.remind(command, state)] * 2

    replace(decider, "remind", remind)


@mutation
def versions_of_rows_stay_behind() -> None:
    from services.registry.projections import versions

    replace(versions, "_moved", lambda *_: [])


@mutation
def who_was_told_is_forgotten() -> None:
    from services.registry.domain.campaign import decider as campaign
    from services.registry.domain.campaign.events import CampaignDue
    from services.registry.domain.ripening import decider as ripening
    from services.registry.domain.ripening.events import RipeningStepOverdue

    for decider, told in ((campaign.CAMPAIGN, CampaignDue), (ripening.RIPENING, RipeningStepOverdue)):
        evolve = decider.evolve
        replace(decider, "evolve", lambda state, event, evolve=evolve, told=told: (
            state if isinstance(event, told) else evolve(state, event)
        ))  # fmt: skip


@mutation
def whoever_is_asked_founds() -> None:
    from services.registry.application import founding

    async def everybody(_: Any, organisation_id: str) -> Any:
        return _Everything()

    replace(founding, "path_to_root", everybody)


class _Everything:
    def __contains__(self, _: object) -> bool:
        return True
