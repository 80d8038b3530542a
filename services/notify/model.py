"""Notify as a value: its deciders, its public language, its read models."""

from services.notify.application.publishing import PUBLISH
from services.notify.domain.deciders import DECIDERS
from services.notify.projections.contacts import CONTACTS
from services.notify.projections.messages import MESSAGES_AND_SENDS
from services.notify.projections.tables import VIEWS
from shared.eventstore.model import ServiceModel
from shared.security.guidance import GUIDANCE

MODEL = ServiceModel("notify", DECIDERS, PUBLISH, (CONTACTS, MESSAGES_AND_SENDS, GUIDANCE), VIEWS)
