"""Notify as a process: wiring only."""

from services.notify.api.messages import messages
from services.notify.api.receipts import receipts
from services.notify.application.reactions import FOLLOWS
from services.notify.measures import MEASURES
from services.notify.model import MODEL
from services.notify.sending.lanes import lanes
from services.notify.settings import NotifySettings
from shared.runtime.definition import ServiceDefinition

SERVICE = ServiceDefinition(
    model=MODEL,
    title="What has to be told to whom, on which channel, and what became of it",
    settings=NotifySettings,
    follows=FOLLOWS,
    routers=lambda running: [messages(running), receipts(running)],
    loops=lanes,
    measures=MEASURES,
)
