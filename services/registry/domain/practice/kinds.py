"""Which practices there are, whose they are, and of whom each is expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.registry.domain.vocabulary import PracticeKind, Scope


@dataclass(frozen=True, slots=True)
class Kind:
    """`scopes`: whose it can be. `expected_of`: all of these should have one, so that who has none can be listed.
    `documented`: it stands in a document, which has to be named. `repeatable`: one may have several at once. `aspects`: the
    ways in which it can be done, where they are known; else any code, such as one of a local document.
    """

    scopes: tuple[Scope, ...]
    expected_of: Scope | None = None
    documented: bool = False
    repeatable: bool = False
    aspects: tuple[str, ...] = ()


KINDS: Final[Mapping[PracticeKind, Kind]] = {
    "carrier": Kind(("organisation",), "organisation"),  # 每个党组织一个常态化载体, L08
    "specialty": Kind(("unit",), "unit"),  # 一企一特色, Z21
    "brand": Kind(("organisation", "station", "site")),  # 一点一品牌, 五在; W24, Z21, Z23
    "plaque": Kind(("unit",)),  # 挂牌: 亮身份、亮职责、亮承诺, Z14
    "contract_clause": Kind(("organisation", "unit"), documented=True, repeatable=True),  # 党建进总包合同, Z22
    # 村级活动场所 新建、改建, Y09
    "activity_site": Kind(("organisation",), "organisation", aspects=("built", "rebuilt")),
}
