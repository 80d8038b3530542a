"""What can be asked of a document (制度文件): that a version is issued, that it is repealed."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.registry.domain.vocabulary import Classification, Id, Name, PolicyKind, Reason
from shared.kernel.event import Command
from shared.kernel.identifiers.area_code import AreaCode

Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a file, which is kept elsewhere (domain §4.5)."""


class PolicyItem(BaseModel):
    """One item of a list: a duty, a fixture of a site, a service. `required`: 六有 are, the X of 6+X are not. `steps`: 流程
    of a service, in their order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    code: Code
    text: str = Field(min_length=1, max_length=300)
    required: bool = True
    steps: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(default=(), max_length=20)


class IssuePolicy(Command):
    """Issue the next version. `about` says what a list is for: a kind of post, a window, a standard such as liu-you."""

    document_id: Id
    kind: PolicyKind
    title: Name
    about: Code | None = None
    organisation_id: Id
    area_code: AreaCode
    effective_from: date
    source_document: Name
    classification: Classification
    items: tuple[PolicyItem, ...] = Field(default=(), max_length=200)
    numbers: Mapping[Code, int] = Field(default={}, max_length=50)
    sha256: Digest | None = None
    issued_at: AwareDatetime


class RepealPolicy(Command):
    """Let it hold no longer from that day on."""

    repealed_on: date
    reason: Reason


PolicyCommand = IssuePolicy | RepealPolicy
