"""Our e-mails as bytes."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.notify.domain.template import SIGNATURE
from services.notify.providers.parcel import Parcel


def header_id(message_id: str, domain: str) -> str:
    """The Message-ID of a message, the same in every attempt: receipts cite it, and a mail system can see a repetition."""
    return f"<{message_id}@{domain}>"


def compose(parcel: Parcel, sender: str, domain: str, now: datetime) -> bytes:
    """The mail. Raises ValueError for an address that is none."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(SIGNATURE, addr_spec=sender)
    mail["To"] = Address(addr_spec=parcel.address)
    mail["Subject"] = parcel.rendered.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = header_id(parcel.message_id, domain)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps holiday notices from answering us
    mail.set_content(parcel.rendered.text, cte="base64")
    return mail.as_bytes()
