"""The parts of a text message (domain §3.3)."""

import pytest

from services.notify.domain.sms_length import signed, sms_length, sms_parts
from shared.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("length", "parts"), [(1, 1), (68, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (201, 3), (202, 4), (500, 8)]
)
def test_the_vectors_of_the_gateways(length: int, parts: int) -> None:
    assert sms_parts("通" * length) == parts


def test_the_signature_counts() -> None:
    assert signed("您好", "雁阵") == "【雁阵】您好"
    assert sms_parts(signed("通" * 66, "雁阵")) == 1
    assert sms_parts(signed("通" * 67, "雁阵")) == 2


def test_a_rare_character_counts_twice() -> None:
    assert sms_length("𠮷") == 2
    assert sms_parts("𠮷" * 35) == 1
    assert sms_parts("𠮷" * 36) == 2


@pytest.mark.parametrize(("text", "code"), [("", "sms-empty"), ("通" * 501, "sms-too-long")])
def test_what_cannot_be_sent(text: str, code: str) -> None:
    with pytest.raises(Invalid, match=rf"^{code}:"):
        sms_parts(text)
