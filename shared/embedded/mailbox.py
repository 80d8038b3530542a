"""The mails that the sink received: the newest in memory, all of them counted."""

import email.policy
from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from typing import Any

from shared.embedded.journal import Journal

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Mail:
    """One received mail. `raw` is its text as received, undecodable bytes kept as surrogates."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    received_at: str
    raw: str

    def text(self) -> str:
        """The readable body, preferring plain text."""
        raw = self.raw.encode("utf-8", "surrogateescape")
        body = message_from_bytes(raw, policy=email.policy.default).get_body(preferencelist=("plain", "html"))
        return "" if body is None else str(body.get_content())

    def summary(self) -> dict[str, Any]:
        """Everything but the raw text."""
        fields = asdict(self)
        del fields["raw"]
        return fields


class Mailbox:
    """Keeps the newest 10,000 mails; counts per message id cover every mail since the last `clear`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._mails: deque[Mail] = deque(maxlen=_KEPT)
        self._by_id: Counter[str] = Counter()
        for record in journal.records():
            self._keep(Mail(**{**record, "recipients": tuple(record["recipients"])}))

    def add(self, content: bytes, sender: str, recipients: list[str], received_at: datetime) -> Mail:
        """Keep a mail. A mail without a Message-ID gets an empty one."""
        headers = _headers(content)
        mail = Mail(
            message_id=headers.get("message-id", "").strip(),
            sender=sender,
            recipients=tuple(recipients),
            subject=_decoded(headers.get("subject", "")),
            received_at=received_at.isoformat(),
            raw=content.decode("utf-8", "surrogateescape"),
        )
        self._journal.append(asdict(mail))
        self._keep(mail)
        return mail

    def find(self, message_id: str | None = None, to: str | None = None, limit: int = 100) -> list[Mail]:
        """The newest mails first, of that message id and that recipient if given."""
        found: list[Mail] = []
        for mail in reversed(self._mails):
            if len(found) == limit:
                break
            if (message_id is None or mail.message_id == message_id) and (to is None or to in mail.recipients):
                found.append(mail)
        return found

    def counts(self) -> dict[str, Any]:
        """How many mails arrived, how many different ones, and which more than once."""
        return {
            "accepted": self._by_id.total(),
            "distinct": len(self._by_id),
            "duplicates": {message_id: count for message_id, count in self._by_id.items() if count > 1},
        }

    def clear(self) -> None:
        """Forget everything."""
        self._mails.clear()
        self._by_id.clear()
        self._journal.clear()

    def _keep(self, mail: Mail) -> None:
        self._mails.append(mail)
        self._by_id[mail.message_id] += 1


def _headers(content: bytes) -> dict[str, str]:
    """By lower-case name, the first of each. The simple parser: the thorough one costs ten times as long per mail."""
    parsed = BytesHeaderParser(policy=email.policy.compat32).parsebytes(content)
    headers: dict[str, str] = {}
    for name, value in parsed.raw_items():
        headers.setdefault(name.lower(), str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    return headers


def _decoded(header: str) -> str:
    try:
        return str(make_header(decode_header(header)))
    except (LookupError, UnicodeError, ValueError):  # an unknown or wrong character set is shown as it came
        return header
