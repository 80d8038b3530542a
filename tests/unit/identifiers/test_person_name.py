import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.errors import Invalid
from shared.kernel.identifiers import PersonName, person_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  张三\n", "张三"),
        ("张\u3000三", "张三"),
        ("李 〇", "李〇"),
        ("買買提•艾力", "買買提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提 ‧ 艾力", "买买提·艾力"),
        ("John  Smith", "John Smith"),
        ("Jose\u0301", "José"),
        ("陈𬱖", "陈𬱖"),
    ],
)
def test_a_name_is_written_one_way(text: str, name: str) -> None:
    assert person_name.parse(text) == name


@given(st.text(max_size=60))
def test_a_canonical_name_stays_as_it_is(text: str) -> None:
    try:
        name = person_name.parse(text)
    except Invalid:
        return
    assert person_name.parse(name) == name
    assert 1 <= len(name) <= person_name.MAX_LENGTH


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\t", "\u200b", "\u202e", "\u2028", "\ud800", "\ufeff"])
def test_control_and_invisible_characters_are_refused(character: str) -> None:
    with pytest.raises(Invalid) as caught:
        person_name.parse(f"张{character}三")
    assert caught.value.code == "bad-person-name-character"
    assert "张" not in str(caught.value)


@pytest.mark.parametrize("text", ["", " \u3000 ", "张" * 51])
def test_a_name_has_one_to_fifty_characters(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        person_name.parse(text)
    assert caught.value.code == "bad-person-name-length"


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("张三丰", "张*"), ("张", "*")])
def test_a_masked_name_keeps_the_first_character_and_hides_the_length(name: str, shown: str) -> None:
    assert person_name.masked(name) == shown


@pytest.mark.parametrize(
    ("name", "safe"),
    [("张三", True), ("買買提·艾力", True), ("李〇", True), ("陈𬱖", False), ("张\ue000", False), ("张*", False)],
)
def test_rare_characters_are_not_safe_in_a_text_message(name: str, safe: bool) -> None:
    assert person_name.has_only_sms_safe_characters(name) is safe


def test_a_field_refuses_with_the_code() -> None:
    field = TypeAdapter(PersonName)
    assert field.validate_python(" 张\u3000三") == "张三"
    with pytest.raises(ValidationError) as caught:
        field.validate_python("")
    assert caught.value.errors()[0]["type"] == "bad-person-name-length"
