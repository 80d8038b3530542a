"""A seat under any order of taking, leaving, strengths and deadlines: never too many, and a vacancy is known while it lasts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.registry.domain.seat.commands import SeatCommand, SetStrength, TakeSeat, VacateSeat
from services.registry.domain.seat.decider import SEAT
from services.registry.domain.seat.events import VacancyOverdue
from shared.kernel.errors import Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, DueTimer

posts = st.integers(0, 7).map(lambda number: f"p{number}")
MOST = 5


class SeatMachine(RuleBasedStateMachine):
    """The seat's stream and its timer, beside a book of who holds a post."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.state = SEAT.initial
        self.due: datetime | None = None
        self.book: list[str] = []
        self.least: int | None = None
        self.told = 0

    def tell(self, command: SeatCommand) -> list[DomainEvent]:
        events = list(SEAT.decide(command, self.state))
        self.state = SEAT.fold(events, self.state)
        for event in events:
            for change in SEAT.timers(event):
                self.due = change.due_at if isinstance(change, ArmTimer) else None
            if isinstance(event, VacancyOverdue):
                self.told += 1
        return events

    @rule(post=posts)
    def take(self, post: str) -> None:
        command = TakeSeat(post_id=post, most=MOST, at=self.now)
        if post not in self.book and len(self.book) == MOST:
            with pytest.raises(Refused, match=r"^too-many-posts:"):
                self.tell(command)
            return
        assert bool(self.tell(command)) == (post not in self.book)
        self.book += [post] if post not in self.book else []

    @rule(post=posts)
    def leave(self, post: str) -> None:
        assert bool(self.tell(VacateSeat(post_id=post, at=self.now))) == (post in self.book)
        self.book = [one for one in self.book if one != post]

    @rule(least=st.integers(0, 6))
    def set_strength(self, least: int) -> None:
        self.tell(
            SetStrength(
                seat_id="s", kind="officer", scope="organisation", scope_id="o", organisation_id="o", least=least,
                alert_days=5, source_document="x", at=self.now,
            )
        )  # fmt: skip
        self.least = least

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        if self.due is not None and self.due <= self.now and SEAT.on_timer is not None:
            due, self.due = self.due, None
            self.tell(SEAT.on_timer(DueTimer("seat-s", "overdue", due, self.now)))

    @invariant()
    def the_seat_knows_who_holds_it_in_order(self) -> None:
        assert list(self.state.posts) == self.book

    @invariant()
    def it_is_vacant_exactly_while_too_few_hold_it(self) -> None:
        staffing = self.state.staffing
        if self.least is None:
            assert staffing is None
            return
        assert staffing is not None
        vacant = len(self.book) < self.least
        assert staffing.held == len(self.book)
        assert (staffing.due_at is not None) == (staffing.vacant_since is not None) == vacant

    @invariant()
    def a_vacancy_that_is_past_its_day_has_been_told_of(self) -> None:
        staffing = self.state.staffing
        if staffing is not None and staffing.due_at is not None and staffing.due_at < self.now - timedelta(days=9):
            assert self.state.overdue
            assert self.told


TestSeat = SeatMachine.TestCase
TestSeat.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
