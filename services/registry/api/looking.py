"""Looking at members: by id or by a number, masked, and never without a trace."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.errors import Unavailable
from shared.kernel.identifiers.mobile_phone import MobilePhone
from shared.kernel.identifiers.resident_id import ResidentId
from shared.kernel.sealed import PersonalKind, Sealed
from shared.privacy.blind_index import BlindIndex
from shared.privacy.masking import mask
from shared.privacy.purposes import LookupPurpose
from shared.privacy.sealer import Sealer, ToOpen
from shared.runtime.commands import Asked, Body
from shared.runtime.definition import Running


class Lookup(Body):
    """Who has this 身份证 number or this phone. In a body, since an address ends up in logs and histories."""

    resident_id: ResidentId | None = None
    phone: MobilePhone | None = None
    purpose: LookupPurpose

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.resident_id is None) == (self.phone is None):
            raise ValueError("give resident_id or phone, and not both")
        return self

    @property
    def by(self) -> Literal["resident-id", "phone"]:
        return "phone" if self.resident_id is None else "resident-id"


async def who_has(running: Running, index: BlindIndex, asked_for: Lookup) -> list[str]:
    """The ids of the members whom the number leads to: one for a 身份证 number, perhaps several for a phone."""
    kind = PersonalKind.PHONE if asked_for.by == "phone" else PersonalKind.RESIDENT_ID
    number = asked_for.phone or asked_for.resident_id or ""
    return await running.store.owners(kind, index.candidates(kind, number))


async def masked_name(sealer: Sealer, row: Mapping[str, Any]) -> str:
    """张*; empty for a member without a name."""
    if row["name"] is None:
        return ""
    return mask(PersonalKind.NAME, await sealer.open(row["member_id"], "name", Sealed(row["name"])))


async def show_names(running: Running, asked: Asked, rows: Sequence[dict[str, Any]], action: str | None) -> None:
    """Masked names in place of the sealed ones, on record as that action for each member; without an
    action none. Raises `Unavailable` (`no-keyring`).
    """
    sealed = [row.pop("name") for row in rows]
    if action is None:
        return
    if running.sealer is None:
        raise Unavailable("no-keyring", "the registry needs the keyring", remedy="set YANZHEN_KEYRING_URL")
    there = [(row, value) for row, value in zip(rows, sealed, strict=True) if value is not None]
    opened = await running.sealer.open_many([ToOpen(row["member_id"], "name", Sealed(value)) for row, value in there])
    for row in rows:
        row["name"] = ""
    for (row, _), name in zip(there, opened, strict=True):
        row["name"] = mask(PersonalKind.NAME, name)
    await looked_at(running, asked, action, {row["member_id"]: "done" for row in rows}, "display")


async def looked_at(running: Running, asked: Asked, action: str, became: Mapping[str, str], purpose: str) -> None:
    """Put it on record, by person what came of it. Await it before answering: what is not on record is not shown. That
    nobody was found is on record as well, since trying numbers is a way to learn who is there.
    """

    async def job(unit: UnitOfWork) -> None:
        for person_id, outcome in became.items():
            unit.audit(action, person_id, purpose=purpose, outcome=outcome)
        if not became:
            unit.audit(action, purpose=purpose, outcome="nobody")

    await running.executor.run(job, asked.cause(next(iter(became), "lookup")))
