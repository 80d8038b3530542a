import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import Invalid
from shared.kernel.sealed import PersonalKind
from shared.privacy.blind_index import BlindIndex
from shared.privacy.key_material import key_id
from shared.privacy.normal_form import normal_form

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
INDEX = BlindIndex({key_id(NEW): NEW, key_id(OLD): OLD})


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        (
            PersonalKind.RESIDENT_ID,
            ["11010119900307002X", "11010119900307002x", " 110101 19900307 002Ｘ", "１１０１０１19900307002x"],
        ),
        (
            PersonalKind.PHONE,
            ["13812345678", "138-1234-5678", "+86 138 1234 5678", "0086-13812345678", "8613812345678"],
        ),
        (PersonalKind.PHONE, ["+852 2123 4567", "00852 21234567"]),
        (PersonalKind.EMAIL, ["Anna@Example.com", " anna@example.com "]),
        (PersonalKind.NAME, ["阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽 . 买买提", "阿依古丽\u200b·买买提"]),
    ],
)
def test_the_ways_people_write_a_value_meet_in_one_entry(kind: PersonalKind, spellings: list[str]) -> None:
    assert len({INDEX.entry(kind, spelling) for spelling in spellings}) == 1


def test_different_numbers_and_different_kinds_do_not_meet() -> None:
    phones = {INDEX.entry(PersonalKind.PHONE, f"138{n:08}") for n in range(500)}
    assert len(phones) == 500
    assert INDEX.entry(PersonalKind.PHONE, "1") != INDEX.entry(PersonalKind.NAME, "1")


def test_an_entry_of_the_old_key_is_still_found_after_a_rotation() -> None:
    stored = BlindIndex({key_id(OLD): OLD}).entry(PersonalKind.PHONE, "13812345678")
    assert stored in INDEX.candidates(PersonalKind.PHONE, "138 1234 5678")
    assert not stored.startswith(INDEX.current + ":")
    assert INDEX.entry(PersonalKind.PHONE, "13812345678").startswith(INDEX.current + ":")


def test_without_the_key_the_entry_cannot_be_made() -> None:
    other = secrets.token_bytes(32)
    mine = INDEX.entry(PersonalKind.PHONE, "13812345678")
    theirs = BlindIndex({INDEX.current: other}).entry(PersonalKind.PHONE, "13812345678")
    assert mine != theirs


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\x00"])
def test_nothing_is_not_indexed(nothing: str) -> None:
    with pytest.raises(Invalid):
        INDEX.entry(PersonalKind.NAME, nothing)


@given(st.sampled_from(PersonalKind), st.text())
def test_normalising_twice_changes_nothing(kind: PersonalKind, text: str) -> None:
    try:
        once = normal_form(kind, text)
    except Invalid:
        return
    assert normal_form(kind, once) == once
    once.encode()  # always encodable, hence always hashable
