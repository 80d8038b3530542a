"""Public events of opinions (意见建议) that come in at centres and on platforms."""

from datetime import datetime

from shared.contracts.registry.terms import OpinionScope, RegistryEvent


class OpinionOverdue(RegistryEvent, aggregate="opinion", key="opinion_id"):
    """A body has not answered what was said at a place; its superior has to know, and not who said what."""

    opinion_id: str
    scope: OpinionScope
    scope_id: str
    body_id: str
    superior_id: str
    due_at: datetime
