"""Public events of policy documents (制度文件) and their versions."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.contracts.registry.terms import (
    Classification,
    PolicyKind,
    RegistryEvent,
)


class PolicyItem(BaseModel):
    """One item of a list."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    text: str
    required: bool


class PolicyDocumentIssued(RegistryEvent, aggregate="policy-document", key="document_id"):
    """A version of a document holds from a day on: a duty list, a checklist, rules. Assessments cite it by number."""

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


class PolicyDocumentRepealed(RegistryEvent, aggregate="policy-document", key="document_id"):
    """It holds no longer."""

    document_id: str
    number: int
    repealed_on: date
    reason: str
