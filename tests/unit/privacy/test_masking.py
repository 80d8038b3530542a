import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.sealed import ERASED, PersonalKind
from shared.privacy.masking import mask, mask_address, mask_email, mask_name, mask_phone, mask_resident_id


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("欧阳娜娜", "欧*"), ("张", "*"), ("", "*"), (" 李四 ", "李*")]
)
def test_a_name_shows_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812345678", "138****5678"), ("+86 138-1234-5678", "138****5678"), ("010-65123456", "***"), ("", "***")],
)
def test_a_mobile_number_shows_its_ends_and_any_other_nothing(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


def test_a_resident_id_shows_neither_county_nor_birthday() -> None:
    assert mask_resident_id("11010119900307002x") == "1101**********002X"
    assert mask_resident_id("110101900307002") == "***"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("anna@example.com", "a***@example.com"),
        ("a@example.com", "***@example.com"),
        ("a@b@c", "***"),
        ("@b", "***"),
        ("x", "***"),
    ],
)
def test_an_email_shows_its_first_letter_and_its_domain(address: str, masked: str) -> None:
    assert mask_email(address) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("北京市朝阳区建国路1号", "北京市朝阳区***"),
        ("广东省深圳市南山区科技园3栋", "广东省深圳市南山区***"),
        ("上海市幸福小区3号楼", "上海市***"),
        ("幸福小区3号楼", "***"),
        ("北京市", "***"),
    ],
)
def test_an_address_shows_its_county_at_the_most(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.text())
def test_a_masked_name_never_shows_more_than_one_character(name: str) -> None:
    assert re.fullmatch(r".?\*", mask_name(name), re.DOTALL)
    assert len(mask_name(name)) <= 2


@given(st.text(st.sampled_from("0123456789+- xX１"), max_size=25))
def test_a_masked_number_never_shows_more_than_its_ends(number: str) -> None:
    assert sum(character.isalnum() for character in mask_phone(number)) <= 7
    assert sum(character.isalnum() for character in mask_resident_id(number)) <= 8


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"))
def test_the_middle_of_a_mobile_number_never_shows(phone: str) -> None:
    assert mask_phone(phone) == f"{phone[:3]}****{phone[-4:]}"


@given(st.sampled_from(PersonalKind), st.text())
def test_a_mask_never_raises_and_never_shows_a_whole_value(kind: PersonalKind, value: str) -> None:
    masked = mask(kind, value)
    assert "*" in masked
    if len(value.strip()) > 1 and "*" not in value:
        assert value.strip() not in masked


def test_what_was_erased_says_so_and_a_kind_without_a_mask_is_hidden() -> None:
    assert mask(PersonalKind.NAME, ERASED) == "[已删除]"
    assert mask(PersonalKind.OTHER, "anything") == "***"
