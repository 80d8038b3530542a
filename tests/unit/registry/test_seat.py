"""Seats: how many posts of a sort there may be, and how many there should be."""

from datetime import UTC, datetime, timedelta

import pytest

from services.registry.domain.seat.commands import MarkVacancyOverdue, SetStrength, TakeSeat, VacateSeat
from services.registry.domain.seat.decider import SEAT, seat_of, timers
from services.registry.domain.seat.events import SeatTaken, SeatVacated, StaffingChanged, VacancyOverdue
from services.registry.domain.vocabulary import PostKind, PostScope
from shared.kernel.errors import Refused
from shared.kernel.timer import ArmTimer, CancelTimer

T0 = datetime(2026, 3, 2, 1, tzinfo=UTC)
DUE = datetime(2026, 4, 1, 15, 59, 59, 999999, tzinfo=UTC)
"""The end of the thirtieth day, in Shanghai."""


def take(post_id: str = "p1", most: int | None = 1) -> TakeSeat:
    return TakeSeat(post_id=post_id, most=most, at=T0)


def strength(least: int = 2, at: datetime = T0) -> SetStrength:
    return SetStrength(
        seat_id="officer-organisation-o1",
        kind="officer",
        scope="organisation",
        scope_id="o1",
        organisation_id="o1",
        least=least,
        alert_days=30,
        source_document="原办〔2026〕3号",
        at=at,
    )


@pytest.mark.parametrize(
    ("kind", "scope", "seat"),
    [
        ("station_head", "station", "station_head-station-x"),
        ("deputy_head", "station", "deputy_head-station-x"),
        ("liaison", "unit", "liaison-unit-x"),
        ("grid_head", "grid", "grid_head-grid-x"),
        ("officer", "organisation", "officer-organisation-x"),
        ("liaison", "organisation", None),
        ("instructor", "station", None),
        ("grid_head", "station", None),
    ],
)
def test_only_some_posts_have_a_seat(kind: PostKind, scope: PostScope, seat: str | None) -> None:
    assert seat_of(kind, scope, "x") == seat


def test_a_seat_has_one_holder_at_a_time() -> None:
    taken = SEAT.decide(take(), SEAT.initial)
    assert taken == [SeatTaken(post_id="p1")]
    assert SEAT.decide(take(), SEAT.fold(taken)) == []
    with pytest.raises(Refused, match=r"^post-already-held:.*under p1"):
        SEAT.decide(take("p2"), SEAT.fold(taken))


def test_a_vacated_seat_can_be_taken_and_only_its_holder_vacates_it() -> None:
    taken = SeatTaken(post_id="p1")
    assert SEAT.decide(VacateSeat(post_id="p2", at=T0), SEAT.fold([taken])) == []
    vacated = SEAT.decide(VacateSeat(post_id="p1", at=T0), SEAT.fold([taken]))
    assert vacated == [SeatVacated(post_id="p1")]
    assert SEAT.decide(take("p2"), SEAT.fold([taken, *vacated])) == [SeatTaken(post_id="p2")]


def test_a_load_is_full_when_as_many_are_held_as_may_be() -> None:
    full = SEAT.fold([SeatTaken(post_id="p1"), SeatTaken(post_id="p2"), SeatTaken(post_id="p3")])
    with pytest.raises(Refused, match=r"^too-many-posts: 3 such posts are held already, and 3 is the most"):
        SEAT.decide(take("p4", most=3), full)
    assert SEAT.decide(take("p4", most=4), full) == [SeatTaken(post_id="p4")]
    assert SEAT.decide(take("p4", most=None), full) == [SeatTaken(post_id="p4")]


def test_too_few_holders_are_a_vacancy_that_falls_due_and_ends_when_it_is_filled() -> None:
    [vacant] = SEAT.decide(strength(), SEAT.fold([SeatTaken(post_id="p1")]))
    assert isinstance(vacant, StaffingChanged)
    assert (vacant.held, vacant.vacant_since, vacant.due_at) == (1, T0, DUE)
    assert timers(vacant) == [ArmTimer("overdue", DUE)]
    state = SEAT.fold([SeatTaken(post_id="p1"), vacant])
    assert SEAT.decide(strength(), state) == []

    [overdue] = SEAT.decide(MarkVacancyOverdue(due_at=DUE), state)
    assert isinstance(overdue, VacancyOverdue)
    state = SEAT.evolve(state, overdue)
    assert SEAT.decide(MarkVacancyOverdue(due_at=DUE), state) == []

    taken, filled = SEAT.decide(take("p2", most=None), state)
    assert taken == SeatTaken(post_id="p2")
    assert isinstance(filled, StaffingChanged)
    assert (filled.held, filled.vacant_since, filled.due_at) == (2, None, None)
    assert timers(filled) == [CancelTimer("overdue")]


def test_a_second_vacancy_does_not_put_off_the_first() -> None:
    events = [SeatTaken(post_id="p1"), *SEAT.decide(strength(), SEAT.fold([SeatTaken(post_id="p1")]))]
    later = T0 + timedelta(days=10)
    _, worse = SEAT.decide(VacateSeat(post_id="p1", at=later), SEAT.fold(events))
    assert isinstance(worse, StaffingChanged)
    assert (worse.held, worse.vacant_since, worse.due_at) == (0, T0, DUE)


def test_a_deadline_of_a_vacancy_that_was_filled_says_nothing() -> None:
    events = SEAT.decide(strength(1), SEAT.initial)
    events = [*events, *SEAT.decide(take(most=None), SEAT.fold(events))]
    assert SEAT.decide(MarkVacancyOverdue(due_at=DUE), SEAT.fold(events)) == []
