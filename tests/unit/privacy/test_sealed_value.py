from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.kernel.errors import Invalid
from shared.kernel.sealed import ERASED, Erased, Personal, PersonalKind, Sealed
from shared.privacy.fields import PersonalField, personal_fields

GOOD = "sealed:1:0123abcd:" + "A" * 38


class Contact(BaseModel):
    phone: Annotated[Sealed, Personal(PersonalKind.PHONE)]
    label: str = ""


class Arrived(BaseModel):
    name: Annotated[Sealed, Personal(PersonalKind.NAME)]
    nickname: Annotated[Sealed | None, Personal(PersonalKind.NAME)] = None
    contacts: list[Contact] = []
    by_role: dict[str, Contact] = {}
    former_names: Annotated[list[Sealed], Personal(PersonalKind.NAME)] = []
    either: Contact | int = 0
    children: "list[Arrived]" = []
    count: int = 0


class Careless(BaseModel):
    phone: Annotated[str, Personal(PersonalKind.PHONE)]
    note: Sealed | None = None


def test_a_sealed_value_survives_the_json_of_an_event() -> None:
    event = Contact(phone=Sealed(GOOD))
    again = Contact.model_validate_json(event.model_dump_json())
    assert again == event
    assert isinstance(again.phone, Sealed)
    assert again.phone.key_id == "0123abcd"


@pytest.mark.parametrize("text", ["张三", "", GOOD + "\n", GOOD + "=", "sealed:2:0123abcd:" + "A" * 38, GOOD[:-1]])
def test_plain_text_is_refused_where_a_sealed_value_belongs(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Sealed(text)
    assert refused.value.code == "not-sealed"
    with pytest.raises(ValidationError):
        Contact.model_validate({"phone": text})


@given(st.text(min_size=2))
def test_the_refusal_never_repeats_the_text(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Sealed("秘" + text)
    assert "秘" not in str(refused.value)


def test_the_json_schema_documents_the_shape() -> None:
    assert Contact.model_json_schema()["properties"]["phone"]["pattern"].startswith("^sealed:1:")


def test_erased_reads_as_deleted() -> None:
    assert str(ERASED) == "[已删除]"
    assert isinstance(ERASED, Erased)


def test_the_personal_fields_of_a_model_are_listed_at_any_depth() -> None:
    assert {(field.path, field.kind) for field in personal_fields(Arrived)} == {
        ("/name", PersonalKind.NAME),
        ("/nickname", PersonalKind.NAME),
        ("/contacts/*/phone", PersonalKind.PHONE),
        ("/by_role/*/phone", PersonalKind.PHONE),
        ("/former_names/*", PersonalKind.NAME),
        ("/either/phone", PersonalKind.PHONE),
    }
    assert all(field.sound for field in personal_fields(Arrived))


def test_a_field_that_is_marked_but_not_sealed_or_sealed_but_not_marked_is_unsound() -> None:
    assert personal_fields(Careless) == [
        PersonalField("/phone", PersonalKind.PHONE, sealed=False),
        PersonalField("/note", None, sealed=True),
    ]
    assert not any(field.sound for field in personal_fields(Careless))
