"""What we send is a mail that any reader of RFC 5322 and 2047 understands."""

import email
import email.policy
from datetime import UTC, datetime

import pytest

from services.notify.domain.template import Rendered
from services.notify.providers.mail import compose
from services.notify.providers.parcel import Parcel

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def parcel(address: str = "a@b.example", subject: str = "组织关系转入确认：" + "第二支部" * 30) -> Parcel:
    return Parcel("id-1", address, "t", {}, Rendered(subject, "各有关党组织：\n\n.\n党员😀" + "长" * 300 + "\n"))


def test_a_mail_reads_as_it_was_written() -> None:
    raw = compose(parcel(), "notice@yanzhen.invalid", "yanzhen.invalid", NOW)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Subject"] == parcel().rendered.subject
    assert mail.get_content().replace("\r\n", "\n") == parcel().rendered.text
    assert mail["Message-ID"] == "<id-1@yanzhen.invalid>"
    assert [(a.display_name, a.addr_spec) for a in mail["From"].addresses] == [("雁阵", "notice@yanzhen.invalid")]
    assert mail["Date"].datetime == NOW
    assert not mail.defects


@pytest.mark.parametrize("address", ["a@b\r\nBcc: c@d", "a@b\nX: y", "张@b.cn", "a@b\x00"])
def test_no_value_can_begin_a_header_of_its_own(address: str) -> None:
    with pytest.raises(ValueError, match="one line of ASCII"):
        compose(parcel(address), "notice@yanzhen.invalid", "yanzhen.invalid", NOW)


def test_a_subject_cannot_either() -> None:
    raw = compose(parcel(subject="转入\r\nBcc: x@y.example"), "n@yanzhen.invalid", "yanzhen.invalid", NOW)
    assert email.message_from_bytes(raw, policy=email.policy.default)["Bcc"] is None
