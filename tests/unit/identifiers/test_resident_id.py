from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, ValidationError
from stdnum.cn import ric as reference

from shared.kernel.errors import Invalid
from shared.kernel.identifiers import ResidentId, resident_id

OF_THE_STANDARD = ("11010519491231002X", "440524188001010014")

numbers = st.builds(
    resident_id.make,
    st.text("0123456789", min_size=6, max_size=6),
    st.dates(date(1850, 1, 1), date(2026, 1, 1)),
    st.integers(1, 999),
)


@pytest.mark.parametrize("number", OF_THE_STANDARD)
def test_the_vectors_of_the_standard_pass(number: str) -> None:
    assert resident_id.parse(number) == number


def test_birth_date_and_sex_are_read_off() -> None:
    assert resident_id.birth_date("11010519491231002X") == date(1949, 12, 31)
    assert resident_id.sex("11010519491231002X") is resident_id.Sex.FEMALE
    assert resident_id.sex("440524188001010014") is resident_id.Sex.MALE


def test_blanks_around_and_a_small_x_are_normalised() -> None:
    assert resident_id.parse(" 11010519491231002x\n") == "11010519491231002X"


@given(numbers)
def test_made_numbers_are_valid_and_agree_with_the_reference_implementation(number: str) -> None:
    assert resident_id.parse(number) == number
    assert reference.calc_check_digit(number) == number[-1]


def test_the_address_is_never_looked_up() -> None:
    number = resident_id.make("999999", date(1980, 1, 1), 1)
    assert resident_id.parse(number) == number
    assert not reference.is_valid(number), "the reference does look it up, which is why it is not used"


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_caught(number: str, position: int, character: str) -> None:
    assume(number[position] != character)
    with pytest.raises(Invalid):
        resident_id.parse(number[:position] + character + number[position + 1 :])


@given(numbers, st.integers(0, 17), st.integers(0, 17))
def test_any_swap_is_caught_unless_ten_places_apart(number: str, one: int, other: int) -> None:
    assume(number[one] != number[other] and abs(one - other) != 10)
    swapped = list(number)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    with pytest.raises(Invalid):
        resident_id.parse("".join(swapped))


def _with_birth(digits: str) -> str:
    body = f"430702{digits}001"
    return body + resident_id.check_character(body)


@pytest.mark.parametrize("digits", ["20010229", "19991301", "19990431", "00000101", "19990000"])
def test_a_birth_date_that_does_not_exist_is_refused(digits: str) -> None:
    with pytest.raises(Invalid) as caught:
        resident_id.parse(_with_birth(digits))
    assert caught.value.code == "bad-resident-id-birth-date"


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_nobody_is_born_after_today(today: date) -> None:
    assert resident_id.parse(resident_id.make("430702", today, 1), today=today)
    tomorrow = resident_id.make("430702", today + timedelta(days=1), 1)
    assert resident_id.parse(tomorrow), "without today there is no future"
    with pytest.raises(Invalid) as caught:
        resident_id.parse(tomorrow, today=today)
    assert caught.value.code == "bad-resident-id-birth-date"


WRONG = {
    "1101051949123100": "bad-resident-id-length",
    "110105491231002": "bad-resident-id-length",
    "11010519491231X02X": "bad-resident-id-character",
    "1101051949123100٢X": "bad-resident-id-character",
    "110105194912310021": "bad-resident-id-check-digit",
    _with_birth("19991301"): "bad-resident-id-birth-date",
}


@pytest.mark.parametrize(("text", "code"), WRONG.items())
def test_what_is_wrong_is_named_without_a_part_of_the_number(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        resident_id.parse(text)
    assert caught.value.code == code
    assert caught.value.remedy
    told = f"{caught.value} {caught.value.detail} {caught.value.remedy}"
    assert not any(text[start : start + 4] in told for start in range(len(text) - 3))


def test_impossible_sequences_make_no_number() -> None:
    with pytest.raises(Invalid):
        resident_id.make("430702", date(1980, 1, 1), 1000)


def test_a_field_refuses_with_the_code_and_without_the_number() -> None:
    field = TypeAdapter(ResidentId, config=ConfigDict(hide_input_in_errors=True))
    assert field.validate_python("11010519491231002x") == "11010519491231002X"
    with pytest.raises(ValidationError) as caught:
        field.validate_python("110105194912310021")
    (error,) = caught.value.errors(include_input=False)
    assert error["type"] == "bad-resident-id-check-digit"
    assert "19491231" not in str(error) + str(caught.value)
    assert caught.value.__cause__ is None
