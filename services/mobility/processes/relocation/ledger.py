"""What is still missing before a relocation is propagated, and since when it is complete."""

from collections.abc import Iterator
from datetime import datetime

from services.mobility.processes.relocation.events import PropagationStarted, RequiredParty
from services.mobility.processes.relocation.state import PartyRows, Reached, Relocation


def missing(state: Relocation, started: PropagationStarted) -> tuple[str, ...]:
    """What has not come in, in the order of the start; empty means propagated. Identifiers only, no names:

    `applied:<service>` · `delivered:<party>:<channel>` (nothing known, or on its way) ·
    `undelivered:<party>:<channel>:<code>` (failed, and no other channel arrived) · `acknowledged:<party>`.
    """
    return tuple(_missing(state, started))


def complete(state: Relocation, started: PropagationStarted) -> bool:
    """Nothing is missing; stops looking at the first thing that is, since this is asked with every fact."""
    return next(_missing(state, started), None) is None


def _missing(state: Relocation, started: PropagationStarted) -> Iterator[str]:
    for service in started.services:
        if service not in state.services:
            yield f"applied:{service}"
    for party in started.parties:
        yield from _missing_of(party, state.parties.get(party.party_id, PartyRows()))


def _missing_of(party: RequiredParty, rows: PartyRows) -> Iterator[str]:
    """A party is informed when one of its channels delivered and none is pending.

    All of them failed is not informed: a relocation is never propagated past somebody who cannot have heard of it.
    """
    arrived = any(row.reached == Reached.DELIVERED for row in rows.channels.values())
    for channel in party.channels:
        row = rows.channels.get(channel)
        if row is None or row.reached == Reached.NOTIFIED:
            yield f"delivered:{party.party_id}:{channel}"
        elif row.reached == Reached.FAILED and not arrived:
            yield f"undelivered:{party.party_id}:{channel}:{row.code}"
    if party.must_acknowledge and rows.acknowledgement is None:
        yield f"acknowledged:{party.party_id}"


def last_at(state: Relocation, started: PropagationStarted) -> datetime:
    """When the last of what is in happened: the same whatever order we heard it in. Never before the acceptance."""
    times = [started.accepted_at, *state.services.values()]
    for party in started.parties:
        rows = state.parties.get(party.party_id, PartyRows())
        times += [row.at for row in rows.channels.values()]
        if party.must_acknowledge and rows.acknowledgement is not None:
            times.append(rows.acknowledgement.at)
    return max(times)
