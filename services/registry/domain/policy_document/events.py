"""What happened to a document."""

from collections.abc import Mapping
from datetime import date, datetime

from services.registry.domain.policy_document.commands import PolicyItem
from services.registry.domain.vocabulary import Classification, PolicyKind
from shared.kernel.event import DomainEvent


class PolicyDocumentIssued(DomainEvent):
    """A version: the first is new (新建), every other a revision (修订). Versions are never changed."""

    type = "policy-document-issued"

    document_id: str
    number: int
    kind: PolicyKind
    title: str
    about: str | None
    organisation_id: str
    area_code: str
    effective_from: date
    source_document: str
    classification: Classification
    items: tuple[PolicyItem, ...]
    numbers: Mapping[str, int]
    sha256: str | None
    issued_at: datetime


class PolicyDocumentRepealed(DomainEvent):
    """It holds no longer; `number` is that of its last version."""

    type = "policy-document-repealed"

    document_id: str
    number: int
    repealed_on: date
    reason: str
