"""What notify answers, resource by resource."""

from services.notify.projections.tables import MESSAGES
from shared.web.shapes import row, shape

MESSAGE = row("Message", MESSAGES, about=dict[str, str] | None)
TAKEN = shape("ReceiptsTaken", taken=int, unknown=int, malformed=int)
