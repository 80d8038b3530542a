import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.observability.redaction import MAX_TEXT, REDACTED, is_telling, redact, redact_entry, redact_text

resident_ids = st.builds(
    lambda area, day, order, check: f"{area:06}{day:%Y%m%d}{order:03}{check}",
    st.integers(110000, 659999),
    st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 1, 1)),
    st.integers(0, 999),
    st.sampled_from("0123456789Xx"),
)
phones = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
around = st.text(st.characters(exclude_categories=["Cs", "Nd"]), max_size=20)


@given(around, resident_ids, around)
def test_a_resident_id_is_removed_wherever_it_stands(before: str, number: str, after: str) -> None:
    assert number not in redact_text(before + number + after)


@given(around, phones, around)
def test_a_mobile_number_is_removed_wherever_it_stands(before: str, number: str, after: str) -> None:
    assert number not in redact_text(before + number + after)


@pytest.mark.parametrize(
    "secret",
    [
        "138-1234-5678",
        "+86 138 1234 5678",
        "008613812345678",
        "110101 19900307 002X",
        "1101011990030700291381234567",
        "anna.li+x@mail.example.com",
        "张三@example.com",
        "sealed:1:0123abcd:" + "A_-9" * 12,
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "SU" + "AB2C" * 14,
    ],
)
def test_what_has_a_telling_shape_is_removed(secret: str) -> None:
    for text in (secret, f"({secret})", f"to={secret}, next", f"发给{secret}。", f'{{"a":"{secret}"}}'):
        assert secret not in redact_text(text)
        assert REDACTED in redact_text(text)


def test_credentials_are_removed_and_the_host_stays() -> None:
    assert redact_text("postgresql://app:s3cret@db:5432/x") == f"postgresql://{REDACTED}@db:5432/x"
    assert "s3cret-token" not in redact_text("Authorization: Bearer s3cret-token")


@pytest.mark.parametrize(
    "text",
    [
        "0193a0f0-1380-7138-8138-138123456780",
        "转接transfer-0193a0f0-0000-7000-8000-79616e7a6865 at version 7",
        "2026-11-22T17:11:33.066123Z",
        "listening on 127.0.0.1:54321",
        "position 1234567890, took 12.5 ms",
        "yanzhen.mobility.transfer-accepted.v1",
        "a basic idea",
    ],
)
def test_what_an_operator_needs_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "key",
    [
        "name",
        "phone",
        "email",
        "resident_id",
        "password",
        "token",
        "authorization",
        "Authorization",
        "access_token",
        "refreshToken",
        "X-Api-Key",
        "set-cookie",
        "member_name",
        "姓名",
        "身份证号",
        "db.password",
    ],
)
def test_a_telling_key_hides_whatever_is_under_it(key: str) -> None:
    assert is_telling(key)
    assert redact_entry(key, {"a": ["b"]}) == REDACTED
    assert redact({"outer": [{key: "x"}]}) == {"outer": [{key: REDACTED}]}


@pytest.mark.parametrize("key", ["event", "service_name", "tokens_left", "filename", "key_id", "emailed_at", "phoneme"])
def test_a_harmless_key_hides_nothing(key: str) -> None:
    assert redact_entry(key, "x") == "x"


def test_numbers_and_objects_are_looked_at_too() -> None:
    class Carrier:
        def __repr__(self) -> str:
            return "Carrier(13812345678)"

    assert redact(13812345678) == REDACTED
    assert redact(110101199003070029) == REDACTED
    assert redact(1_700_000_000_123) == 1_700_000_000_123
    assert redact(True) is True
    assert redact(None) is None
    assert "13812345678" not in redact(Carrier())
    assert redact({13812345678: 1}) == {REDACTED: 1}
    assert redact(b"13812345678") != b"13812345678"


def test_what_contains_itself_has_an_end() -> None:
    loop: dict[str, object] = {}
    loop["again"] = loop
    assert REDACTED in str(redact(loop))


def test_a_number_at_the_cut_of_a_long_text_is_not_left_half() -> None:
    text = "x" * (MAX_TEXT - 10) + "110101199003070029"
    assert "1101" not in redact_text(text)


@pytest.mark.parametrize(
    "piece", ["a", "1", "a@", "@", "eyJ", "eyJ-", "sealed:", "://a:b", "1 ", "13 ", "-", "a.", "Bearer ", "0-", "SU"]
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (MAX_TEXT // len(piece))
    began = time.perf_counter()
    redact_text(text)
    assert time.perf_counter() - began < 0.25


@given(
    st.recursive(
        st.text() | st.integers() | st.none() | st.binary(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_redaction_never_fails_and_is_stable(value: object) -> None:
    once = redact(value)
    assert redact(once) == once
