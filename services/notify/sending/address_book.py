"""Finds where a message goes and what it says, at the moment of sending and not before.

So an address that changed counts, and one that was erased is gone. Whoever has none is not reached on that channel;
that is an outcome with a reason, like any other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import structlog

from services.notify.domain.posts import CAMPAIGNS, POSTS, STEPS, TASKS
from services.notify.domain.template import render
from services.notify.domain.templates import find_template
from services.notify.domain.vocabulary import Channel
from services.notify.providers.outcome import Declined
from services.notify.providers.parcel import Parcel
from services.notify.sending.to_do import Task
from shared.eventstore.rows import Row
from shared.eventstore.store import Store
from shared.kernel.errors import Invalid, NotFound, YanzhenError
from shared.kernel.identifiers import mobile_phone
from shared.kernel.sealed import Erased, Sealed
from shared.privacy.opening import Opened, Opener
from shared.privacy.sealer import ToOpen

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_FIELD: Final[Mapping[Channel, str]] = {"sms": "phone", "email": "email"}
_PLACES: Final = ("origin", "destination")
_WORDS: Final = {"post": POSTS, "task": TASKS, "campaign": CAMPAIGNS, "step": STEPS}
_AS_SAID: Final = ("unit", "expected", "missing")
_OFFICES: Final = {"organisation": "organisations", "station": "stations"}

Contents = Mapping[ToOpen, Opened]
log = structlog.get_logger("address-book")


class AddressBook:
    """Looks up many at once: a query per table and one request to open values, however many messages are asked for."""

    def __init__(self, store: Store, opener: Opener) -> None:
        self._store = store
        self._opener = opener

    async def parcels(self, tasks: Sequence[Task]) -> dict[str, Parcel | Declined]:
        """By message id: what to send and where to, or why it cannot be sent."""
        tables = {
            "members": {t.about.get("member", "") for t in tasks} | _refs(tasks, "member"),
            "organisations": {t.about.get(place, "") for t in tasks for place in _PLACES}
            | _refs(tasks, "organisation"),
            "stations": _refs(tasks, "station"),
        }
        rows = {
            table: await self._store.get_rows(table, [(key,) for key in sorted(keys) if key])
            for table, keys in tables.items()
        }
        opened = await self._open(_sealed(rows["members"], {task.channel for task in tasks}))
        return {task.message_id: _prepared(task, rows, opened) for task in tasks}

    async def _open(self, wanted: list[ToOpen]) -> Contents:
        if not wanted:
            return {}
        contents = dict(zip(wanted, await self._opener.open_each(wanted), strict=True))
        for one in contents.values():
            if isinstance(one, YanzhenError):
                log.error("contact.does-not-open", code=one.code, where=one.where)
        return contents


def _refs(tasks: Iterable[Task], kind: str) -> set[str]:
    return {task.recipient_ref for task in tasks if task.recipient_kind == kind}


def _sealed(members: Mapping[Any, Row], channels: set[Channel]) -> list[ToOpen]:
    fields = ["name", *(_FIELD[channel] for channel in sorted(channels))]
    return [
        ToOpen(row["member_id"], field, Sealed(row[field]))
        for row in members.values()
        for field in fields
        if row[field]
    ]


def _prepared(task: Task, rows: Mapping[str, Mapping[Any, Row]], opened: Contents) -> Parcel | Declined:
    try:
        return _parcel(task, rows, opened)
    except Exception:
        # A fault of ours. It must not hold up the rest of the lane for ever.
        log.exception("parcel.failed", message_id=task.message_id)
        return Declined("preparation-failed", permanent=False)


def _parcel(task: Task, rows: Mapping[str, Mapping[Any, Row]], opened: Contents) -> Parcel | Declined:
    address = _address(task, rows, opened)
    if isinstance(address, Declined):
        return address
    variables = _variables(task, rows, opened)
    if isinstance(variables, Declined):
        return variables
    try:
        template = find_template(task.template, task.channel)
        rendered = render(template, variables)
    except (Invalid, NotFound) as error:
        return Declined(error.code, permanent=True)
    used = {name: " ".join(value.split()) for name, value in variables.items() if name in template.variables}
    return Parcel(task.message_id, address, template.name, used, rendered)


def _address(task: Task, rows: Mapping[str, Mapping[Any, Row]], opened: Contents) -> str | Declined:
    address: str | Declined | None
    if task.recipient_kind == "member":
        address = _personal(rows, opened, task.recipient_ref, _FIELD[task.channel], "recipient")
    elif task.recipient_kind in _OFFICES:
        office = rows[_OFFICES[task.recipient_kind]].get((task.recipient_ref,))
        if office is None:
            return Declined("recipient-unknown", permanent=False)  # the registry's news of it may still be on the way
        address = office[f"office_{_FIELD[task.channel]}"]
    else:
        address = None
    if address is None:
        return Declined("no-address", permanent=True)
    return address if isinstance(address, Declined) else _usable(task.channel, address)


def _usable(channel: Channel, address: str) -> str | Declined:
    if channel == "email":
        return address if _EMAIL.fullmatch(address) else Declined("bad-address", permanent=True)
    try:
        return mobile_phone.parse(address)
    except Invalid as error:  # most offices have a landline: that is no fault, and nobody is asked
        return Declined(error.code, permanent=True)


def _variables(task: Task, rows: Mapping[str, Mapping[Any, Row]], opened: Contents) -> dict[str, str] | Declined:
    """What the references of the message mean in words."""
    day = date.fromisoformat(task.about["accepted_on"])
    variables = {"accepted_on": f"{day.year}年{day.month}月{day.day}日"}
    if "member" in task.about:
        name = _personal(rows, opened, task.about["member"], "name", "subject")
        if isinstance(name, Declined):
            return name
        variables["name"] = name or ""
    for place in filter(task.about.__contains__, _PLACES):
        row = rows["organisations"].get((task.about[place],))
        if row is None:
            return Declined(f"{place}-unknown", permanent=False)
        variables[place] = row["name"]
    for code in filter(task.about.__contains__, _WORDS):
        variables[code] = _WORDS[code][task.about[code]]
    for said in filter(task.about.__contains__, _AS_SAID):
        variables[said] = task.about[said]
    return variables


def _personal(
    rows: Mapping[str, Mapping[Any, Row]], opened: Contents, member_id: str, field: str, who: str
) -> str | Declined | None:
    """A personal field in the clear; None when the person has none."""
    row = rows["members"].get((member_id,))
    if row is None:
        return Declined(f"{who}-unknown", permanent=False)
    if row["erased"]:
        return Declined(f"{who}-erased", permanent=True)
    if not row[field]:
        return None
    value = opened[ToOpen(member_id, field, Sealed(row[field]))]
    if isinstance(value, Erased):
        return Declined(f"{who}-erased", permanent=True)
    return Declined(value.code, permanent=False) if isinstance(value, YanzhenError) else value
