"""介绍信编号: counted per committee and year, in the calendar of Shanghai."""

from datetime import UTC, datetime

from services.mobility.domain.letter_series import LETTER_SERIES, LetterNumberTaken, TakeNumber
from tests.unit.mobility.bdd import given


def take(at: datetime) -> TakeNumber:
    return TakeNumber(committee_id="c1", transfer_id="t1", taken_at=at)


def number(*history: datetime, at: datetime) -> str:
    outcome = given(LETTER_SERIES, *map(take, history)).when(take(at))
    outcome.then(LetterNumberTaken)
    [event] = outcome.events
    assert isinstance(event, LetterNumberTaken)
    return event.letter_number


DECEMBER = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


def test_the_first_letter_of_a_committee_is_number_one() -> None:
    assert number(at=DECEMBER) == "〔2026〕000001号"


def test_each_letter_takes_the_next_number() -> None:
    assert number(DECEMBER, DECEMBER, at=DECEMBER) == "〔2026〕000003号"


def test_the_year_begins_at_midnight_in_shanghai() -> None:
    assert number(DECEMBER, at=NEW_YEAR) == "〔2027〕000001号"


def test_a_clock_that_jumps_back_over_new_year_repeats_no_number() -> None:
    assert number(DECEMBER, NEW_YEAR, at=DECEMBER) == "〔2026〕000002号"
