import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.errors import Invalid
from shared.kernel.identifiers import MobilePhone, mobile_phone

numbers = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "+8613812345678",
        "+86 138 1234 5678",
        "0086-138-1234-5678",
        "86 13812345678",
        " 138–1234–5678\u3000",
    ],
)
def test_country_code_blanks_and_dashes_are_dropped(text: str) -> None:
    assert mobile_phone.parse(text) == "13812345678"


@given(numbers)
def test_a_number_stays_as_it_is_and_survives_its_international_form(number: str) -> None:
    assert mobile_phone.parse(number) == number
    assert mobile_phone.parse(mobile_phone.e164(number)) == number


@pytest.mark.parametrize(
    "text",
    ["", "1381234567", "138123456789", "12812345678", "0736-7123456", "+85213812345678", "1381234567x", "١٣٨١٢٣٤٥٦٧٨"],
)
def test_anything_else_is_refused_without_the_number(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        mobile_phone.parse(text)
    assert caught.value.code == "bad-mobile-phone"
    assert not text or text not in str(caught.value)


def test_a_masked_number_hides_the_middle() -> None:
    assert mobile_phone.masked("13812345678") == "138****5678"


def test_a_field_refuses_with_the_code() -> None:
    field = TypeAdapter(MobilePhone)
    assert field.validate_python("+86 138 1234 5678") == "13812345678"
    with pytest.raises(ValidationError) as caught:
        field.validate_python("12345")
    assert caught.value.errors()[0]["type"] == "bad-mobile-phone"
