"""Identifiers keep to RFC 9562 and never go backwards, whatever the clock does."""

import random
import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.clock import ManualClock
from shared.kernel.ids import Uuid7, derived_id

START = datetime(2026, 1, 1, tzinfo=UTC)
jumps = st.one_of(
    st.just(timedelta()),
    st.timedeltas(timedelta(microseconds=-500), timedelta(microseconds=500)),
    st.timedeltas(timedelta(milliseconds=-50), timedelta(milliseconds=50)),
    st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)


class JumpingClock(ManualClock):
    """A clock that goes both ways, as clocks of machines do."""

    def jump(self, by: timedelta) -> None:
        self._now += by


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@given(st.lists(st.tuples(jumps, st.integers(1, 40)), max_size=30), st.integers())
def test_identifiers_rise_whatever_the_clock_does(steps: list[tuple[timedelta, int]], seed: int) -> None:
    clock = JumpingClock(START)
    source = Uuid7(clock, random.Random(seed))
    made: list[str] = []
    latest = 0
    for jump, count in steps:
        clock.jump(jump)
        latest = max(latest, milliseconds(clock.now()))
        made += [source() for _ in range(count)]
    assert made == sorted(made)
    assert len(made) == len(set(made))
    for text in made:
        value = uuid.UUID(text)
        assert (value.version, value.variant, str(value)) == (7, uuid.RFC_4122, text)
    if made:
        # It may run ahead of the clock only by the milliseconds that it had to count through: none, for so few.
        assert uuid.UUID(made[-1]).int >> 80 <= latest


@given(st.integers(1, 12_000), st.integers())
def test_a_clock_that_stands_still_runs_out_of_no_identifiers(count: int, seed: int) -> None:
    source = Uuid7(ManualClock(START), random.Random(seed))
    made = [source() for _ in range(count)]
    assert made == sorted(set(made))
    ahead = (uuid.UUID(made[-1]).int >> 80) - milliseconds(START)
    assert 0 <= ahead <= 1 + count // (0xFFF - 0xFF)


@given(st.integers(1, 220_000_000_000), st.integers())
def test_the_time_stands_in_the_first_48_bits(seconds: int, seed: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    value = uuid.UUID(Uuid7(ManualClock(moment), random.Random(seed))())
    assert value.int >> 80 == milliseconds(moment)


@given(st.integers())
def test_the_same_seed_gives_the_same_identifiers(seed: int) -> None:
    one, other = (Uuid7(ManualClock(START), random.Random(seed)) for _ in range(2))
    assert [one() for _ in range(5)] == [other() for _ in range(5)]


words = st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1, max_size=4)


@given(words, words)
def test_a_derived_identifier_depends_on_its_parts_and_nothing_else(parts: list[str], others: list[str]) -> None:
    assert (derived_id(*parts) == derived_id(*others)) == (parts == others)
    assert uuid.UUID(derived_id(*parts)).version == 5
