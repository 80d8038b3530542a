"""Our e-mails as bytes.

Put together by hand: `EmailMessage` parses every header that it is given and takes ten times as long, and all our mails
have one shape.
"""

from base64 import encodebytes
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from services.notify.domain.template import SIGNATURE
from services.notify.providers.parcel import Parcel

_LINE = 76


def header_id(message_id: str, domain: str) -> str:
    """The Message-ID of a message, the same in every attempt: receipts cite it, and a mail system can see a repetition."""
    return f"<{message_id}@{domain}>"


def compose(parcel: Parcel, sender: str, domain: str, now: datetime) -> bytes:
    """The mail, in ASCII. Raises ValueError for a value that would begin a header of its own."""
    subject = Header(parcel.rendered.subject, "utf-8", _LINE, "Subject").encode(linesep="\r\n")
    headers = {
        "From": formataddr((SIGNATURE, sender)),
        "To": parcel.address,
        "Date": format_datetime(now),
        "Message-ID": header_id(parcel.message_id, domain),
        "Auto-Submitted": "auto-generated",  # RFC 3834: keeps holiday notices from answering us
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
    }
    for value in headers.values():
        if not (value.isascii() and value.isprintable()):
            raise ValueError("a header is one line of ASCII")
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines.insert(2, f"Subject: {subject}")  # folded, and nothing but encoded words
    body = encodebytes(parcel.rendered.text.replace("\n", "\r\n").encode()).replace(b"\n", b"\r\n")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
