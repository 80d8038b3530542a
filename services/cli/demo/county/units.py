"""Units of the two kinds of territory: mostly small enterprises, some sole traders and social organisations."""

from datetime import date

from services.cli.demo.county.draw import Draw
from services.cli.demo.county.model import Unit
from services.cli.demo.county.unit_names import Trades
from shared.kernel.identifiers.uscc import UsccKind

_KINDS = (UsccKind.ENTERPRISE, UsccKind.SOCIAL_ORGANISATION, UsccKind.SOLE_TRADER)
_KIND_WEIGHTS = (70, 18, 12)
_FIRST_FOUNDED = date(1998, 1, 1)


def new_unit(draw: Draw, area_code: str, place: str, trades: Trades, kind: UsccKind | None = None) -> Unit:
    """A unit at `place`, of that kind or of any, not yet covered by a branch."""
    kind = kind or draw.rng.choices(_KINDS, _KIND_WEIGHTS)[0]
    return Unit(
        uscc=draw.uscc(kind, area_code),
        name=draw.unit_name(kind, place, trades),
        kind=kind,
        area_code=area_code,
        staff=_staff(draw, kind),
        founded_on=draw.day(_FIRST_FOUNDED, draw.as_of),
        contact_phone=draw.mobile(),
        organisation_key=None,
    )


def _staff(draw: Draw, kind: UsccKind) -> int:
    """Many small ones and a few of hundreds; a sole trader has a handful."""
    if kind is UsccKind.SOLE_TRADER:
        return draw.rng.randint(1, 8)
    return min(2_000, 2 + int(draw.rng.lognormvariate(2.8, 1.1)))
