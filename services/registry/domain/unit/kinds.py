"""The kind of a unit is written in its code (domain §3.1): nobody can register a company as a social organisation."""

from services.registry.domain.vocabulary import UnitKind
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import uscc as codes


def kind_of(uscc: str) -> UnitKind:
    """5x 社会组织, 92 个体工商户, every other authority counts as an enterprise among the 两新组织."""
    match codes.kind(uscc):
        case codes.UsccKind.SOCIAL_ORGANISATION:
            return "social_organisation"
        case codes.UsccKind.SOLE_TRADER:
            return "sole_trader"
        case _:
            return "enterprise"


def check_kind(uscc: str, kind: UnitKind) -> None:
    """Errors (`Invalid`): `unit-kind-mismatch`."""
    expected = kind_of(uscc)
    if kind != expected:
        raise Invalid(
            "unit-kind-mismatch",
            f"the code {uscc} belongs to a unit of kind {expected}, not {kind}",
            remedy="correct the kind, or the code if its first two characters are wrong",
            where="kind",
        )
