import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.cn import uscc as reference

from shared.kernel.errors import Invalid
from shared.kernel.identifiers import Uscc, uscc

REAL = ("91110108551385082Q", "91110000600037341L")
SUM_IS_ZERO = ("91430702MA000000M0", "91430702MA00000100")

areas = st.text("0123456789", min_size=6, max_size=6)
codes = st.builds(
    uscc.make,
    st.sampled_from(("91", "92", "93", "51", "52", "53", "12", "31", "N2", "Y1")),
    areas,
    st.text(uscc.ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", REAL + SUM_IS_ZERO)
def test_vectors_of_the_standard_and_of_the_edge_pass(code: str) -> None:
    assert uscc.parse(code) == code


@pytest.mark.parametrize("body", [code[:-1] for code in SUM_IS_ZERO])
def test_a_sum_of_zero_gives_the_check_character_0(body: str) -> None:
    assert uscc.check_character(body) == "0"


def test_lower_case_and_blanks_around_are_normalised() -> None:
    assert uscc.parse("\t 91110000600037341l\u3000") == "91110000600037341L"


@given(codes)
def test_made_codes_are_valid_here_and_in_the_reference_implementation(code: str) -> None:
    assert uscc.parse(code) == code
    if code[0].isdigit():  # the reference knows no authority with a letter (N 农业, Y 其他)
        assert reference.validate(code) == code


@given(areas, st.text(uscc.ALPHABET, min_size=10, max_size=10))
def test_any_code_is_valid_exactly_if_the_reference_says_so(area: str, rest: str) -> None:
    code = f"91{area}{rest}"
    try:
        accepted = uscc.parse(code) == code
    except Invalid:
        accepted = False
    assert accepted == reference.is_valid(code)


@given(codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_any_single_wrong_character_is_caught(code: str, position: int, character: str) -> None:
    assume(code[position] != character)
    with pytest.raises(Invalid):
        uscc.parse(code[:position] + character + code[position + 1 :])


@given(codes, st.integers(0, 17), st.integers(0, 17))
def test_any_swap_but_that_of_the_ends_is_caught(code: str, one: int, other: int) -> None:
    one, other = sorted((one, other))
    assume(code[one] != code[other] and (one, other) != (0, 17))
    swapped = list(code)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    with pytest.raises(Invalid):
        uscc.parse("".join(swapped))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad-uscc-length"),
        ("91110000600037341", "bad-uscc-length"),
        ("9111000060003734ﬀ", "bad-uscc-length"),
        ("9111000060003734ſL", "bad-uscc-character"),
        ("911100006000373411", "bad-uscc-check-digit"),
        ("91I10000600037341L", "bad-uscc-character"),
        ("91A10000600037341L", "bad-uscc-character"),
        ("9111000060003734٣L", "bad-uscc-character"),
        *((f"91110000600{letter}37341L", "bad-uscc-character") for letter in "IOZSV"),
    ],
)
def test_what_is_wrong_is_named_with_a_remedy(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        uscc.parse(text)
    assert caught.value.code == code
    assert caught.value.remedy


def test_the_place_of_a_wrong_character_is_told() -> None:
    with pytest.raises(Invalid, match="character 3 "):
        uscc.parse("91O10000600037341L")


@pytest.mark.parametrize(("prefix", "area", "subject"), [("91", "430702", "MA0"), ("91", "43070X", "MA0000001")])
def test_parts_that_do_not_fit_make_no_code(prefix: str, area: str, subject: str) -> None:
    with pytest.raises(Invalid):
        uscc.make(prefix, area, subject)


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("91", uscc.UsccKind.ENTERPRISE),
        ("93", uscc.UsccKind.ENTERPRISE),
        ("92", uscc.UsccKind.SOLE_TRADER),
        ("51", uscc.UsccKind.SOCIAL_ORGANISATION),
        ("53", uscc.UsccKind.SOCIAL_ORGANISATION),
        ("12", uscc.UsccKind.OTHER),
        ("N2", uscc.UsccKind.OTHER),
    ],
)
def test_the_first_two_characters_tell_the_kind(prefix: str, kind: uscc.UsccKind) -> None:
    code = uscc.make(prefix, "430702", "MA0000001")
    assert uscc.kind(code) is kind
    assert uscc.registering_area(code) == "430702"


def test_a_field_holds_the_canonical_form_and_refuses_with_the_code() -> None:
    field = TypeAdapter(Uscc)
    assert field.validate_python(" 91110000600037341l") == "91110000600037341L"
    with pytest.raises(ValidationError) as caught:
        field.validate_python("911100006000373411")
    (error,) = caught.value.errors()
    assert error["type"] == "bad-uscc-check-digit"
    assert error["ctx"]["remedy"]
    assert field.json_schema()["title"] == "统一社会信用代码"
