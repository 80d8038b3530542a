"""The verdict over everything that was done since the installation was made, read from where it cannot be embellished:
the services' databases, the broker's streams, and what the providers took.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx

from services.cli.catalogue import NAMES
from shared.contracts.base import PARTITIONS
from shared.kernel.json import from_json
from shared.messaging.nats_bus import NatsBus
from shared.messaging.whole_stream import Hole, read_whole
from shared.security.broker import OPERATOR, inbox_of
from tests.system.support import System, Watcher, expected_branches, until

Findings = AsyncIterator[str]


async def audit(system: System, databases: Watcher, *, same_providers: bool = True) -> list[str]:
    """Everything that is not as it should be, in words; empty when all is well.

    `same_providers`: what was ever sent went to the stand-ins that run now.
    """
    checks: tuple[Callable[[System, Watcher], Findings], ...] = (
        _transfers, _memberships, _propagation, _order, _streams, _held, _processes,
        partial(_messages, receipts_come=same_providers),
    )  # fmt: skip
    if same_providers:
        checks = (*checks, _taken)
    return [problem for check in checks async for problem in check(system, databases)]


async def _transfers(system: System, databases: Watcher) -> Findings:
    book = system.book
    expected = {
        **dict.fromkeys(book.accepted, "completed"),
        **dict.fromkeys(book.rejected, "closed"),
        **dict.fromkeys(book.corrected.values(), "resent"),
    }
    found = {row[0]: row[1] for row in await databases.rows("mobility", "SELECT transfer_id, status FROM transfers")}
    for transfer_id in sorted(expected.keys() | found.keys()):
        if found.get(transfer_id) != expected.get(transfer_id):
            yield f"transfer {transfer_id} is {found.get(transfer_id)}, should be {expected.get(transfer_id)}"


async def _memberships(system: System, databases: Watcher) -> Findings:
    expected = expected_branches(system)
    for service in ("registry", "mobility"):
        rows = await databases.rows(service, "SELECT member_id, organisation_id FROM members")
        where = {row[0]: row[1] for row in rows}
        if len(rows) != len(expected) or where != expected:
            wrong = [member for member in expected.keys() | where.keys() if where.get(member) != expected.get(member)]
            yield f"{service}: {len(rows)} members of {len(expected)}, {len(wrong)} not where they belong"
    rows = await databases.rows(
        "assessment",
        "SELECT data->>'member_id', coalesce(data->>'to_branch_id', data->>'branch_id') FROM events"
        " WHERE type IN ('member-enrolled', 'roster-updated') ORDER BY seq",
    )
    roster = {row[0]: row[1] for row in rows}
    if roster != expected:
        yield f"assessment: {len(roster)} members of {len(expected)} on the roster, or not where they belong"
    # The history of the memberships is a chain: each begins where the one before it ended.
    at: dict[str, str] = {}
    for kind, data in await databases.rows(
        "registry", "SELECT type, data FROM events WHERE type IN ('member-admitted', 'membership-moved') ORDER BY seq"
    ):
        fact = from_json(data)
        if kind == "member-admitted":
            at[fact["member_id"]] = fact["organisation_id"]
        elif at[fact["member_id"]] != fact["from_organisation_id"]:
            yield f"member {fact['member_id']} was moved from where it was not"
        else:
            at[fact["member_id"]] = fact["to_organisation_id"]


async def _propagation(system: System, databases: Watcher) -> Findings:
    accepted = system.book.accepted
    for service, kind, key in (
        ("mobility", "transfer-accepted", "transfer_id"),
        ("registry", "membership-moved", "transfer_id"),
        ("assessment", "roster-updated", "relocation_id"),
        ("mobility", "propagation-started", "relocation_id"),
        ("mobility", "relocation-propagated", "relocation_id"),
    ):
        rows = await databases.rows(service, "SELECT data->>$2 FROM events WHERE type = $1", kind, key)
        counted = Counter(row[0] for row in rows)
        for identity in sorted(accepted.keys() | counted.keys()):
            if counted[identity] != (identity in accepted):
                yield f"{service}: {kind} of {identity} happened {counted[identity]} times"
    for relocation_id, step, state, detail in await databases.rows(
        "mobility", "SELECT relocation_id, step, state, detail FROM propagation WHERE number IS NOT NULL"
    ):
        fine = {"applied": ("applied",), "acknowledged": ("acknowledged",)}.get(step, ("delivered",))
        # A mail whose call was cut may have gone out or not: it is not sent again, and the text message has to do.
        if state not in fine and detail not in ("no-address", "EXPIRED"):
            yield f"relocation {relocation_id}: {step} is {state} ({detail})"
    for relocation_id, party_id in await databases.rows(
        "mobility",
        "SELECT relocation_id, party_id FROM propagation WHERE step IN ('email', 'sms') AND number IS NOT NULL"
        " GROUP BY 1, 2 HAVING count(*) FILTER (WHERE state = 'delivered') = 0",
    ):
        yield f"relocation {relocation_id}: nobody told {party_id}"


async def _messages(_: System, databases: Watcher, *, receipts_come: bool) -> Findings:
    """`receipts_come`: no provider keeps the receipt of a message for an installation that was given up."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    retried = Counter(
        (row[0], row[1])
        for row in await databases.rows(
            "mobility", "SELECT data->>'relocation_id', data->>'party_id' FROM events WHERE type = 'party-retried'"
        )
    )
    for relocation_id, parties in await databases.rows(
        "mobility", "SELECT transfer_id, parties FROM transfers WHERE parties IS NOT NULL"
    ):
        for party in from_json(parties):
            for channel in party["channels"]:
                wanted[relocation_id, party["party_id"], channel] += 1
    rows = await databases.rows(
        "notify", "SELECT message_id, relocation_id, party_id, channel, status, code FROM messages"
    )
    queued = Counter((row[1], row[2], row[3]) for row in rows)
    # Whoever has a matter that is overdue is reminded of it once on each channel, under the id of that matter.
    over = {row[0] for row in await databases.rows("registry", _PROBATIONS_OVER)}
    wanted |= Counter({key: 1 for key in queued if key[0] in over})
    for member_id in over:
        channels = {channel for about, _, channel in queued if about == member_id}
        if channels != {"email", "sms"}:
            yield f"notify: of the probation of {member_id} somebody was reminded by {sorted(channels)} only"
    for key in queued.keys() | wanted.keys():
        # A try that was asked for is a message of its own, unless another of that party may still arrive.
        most = wanted[key] + retried[key[:2]]
        if not wanted[key] <= queued[key] <= most:
            yield f"notify: {queued[key]} messages for {key}, should be {wanted[key]} to {most}"
    unknown = {
        row[0]
        for row in await databases.rows(
            "notify", "SELECT data->>'message_id' FROM events WHERE type = 'message-unknown'"
        )
    }
    for message_id, _, _, channel, status, code in rows:
        given_up = code == "EXPIRED" and (not receipts_come or (channel == "email" and message_id in unknown))
        if status != "delivered" and code != "no-address" and not given_up:
            yield f"notify: the {channel} {message_id} is {status} ({code})"


_PROBATIONS_OVER = "SELECT data->>'member_id' FROM events WHERE type = 'probation-over'"


async def _taken(system: System, databases: Watcher) -> Findings:
    """What the providers have is what is known to be delivered."""
    gone = await databases.rows("notify", "SELECT channel FROM messages WHERE status = 'delivered'")
    stack = system.installation.stack
    async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
        for channel, url in (("email", stack.smtp_sink_url), ("sms", stack.sms_url)):
            counts = (await http.get(f"{url}/counts")).json()
            taken = sum(row[0] == channel for row in gone)
            if counts["duplicates"]:
                yield f"{channel}: the provider was given {len(counts['duplicates'])} messages more than once"
            if counts["accepted"] != taken:
                yield f"{channel}: the provider took {counts['accepted']} messages, {taken} are known to be delivered"


async def _order(_: System, databases: Watcher) -> Findings:
    for name in NAMES:
        versions: dict[str, int] = defaultdict(int)
        heads = [0] * PARTITIONS
        seen: Counter[str] = Counter()
        rows = await databases.rows(
            name, "SELECT position, prev, partition, message_id FROM outbound ORDER BY position"
        )
        for number, (position, prev, partition, message_id) in enumerate(rows, start=1):
            if position != number:
                yield f"{name}: position {position} stands at place {number} of the public order"
                break
            if prev != heads[partition]:
                yield f"{name}: position {position} follows {prev}, should follow {heads[partition]}"
            heads[partition] = position
            seen[message_id] += 1
        if doubled := [identity for identity, count in seen.items() if count > 1]:
            yield f"{name}: {len(doubled)} messages have two places in the public order"
        # What happened to one thing is published in the order in which it happened.
        streams = {
            row[0]: (row[1], row[2])
            for row in await databases.rows(name, "SELECT event_id, stream_id, version FROM events")
        }
        for row in rows:
            stream, version = streams.get(row[3], ("", 0))
            if stream and versions[stream] >= version:
                yield f"{name}: {stream} was published out of order at position {row[0]}"
            versions[stream] = max(versions[stream], version)
        queued = await databases.value(name, "SELECT count(*) FROM outbox")
        if queued:
            yield f"{name}: {queued} messages still wait in the outbox"


async def _streams(system: System, databases: Watcher) -> Findings:
    """The broker holds what the databases say it holds, each message at its position."""
    async with system.connected(OPERATOR) as client:
        bus = NatsBus(client, inbox_prefix=inbox_of(OPERATOR))
        for name in NAMES:
            stream = f"OUT_{name.upper()}"
            # In this order: an outside system may still be answered, so that what is published grows while we look.
            published = await bus.last_sequence(stream)
            rows = await databases.rows(name, "SELECT position, message_id, data FROM outbound ORDER BY position")
            last = len(rows)
            if published > last:
                yield f"{stream} ends at {published}, the database at {last}"
                continue
            await until(f"{stream} holds {last} messages", partial(_reaches, bus, stream, last), 10)
            holes: list[Hole] = []
            batches = [batch async for batch in read_whole(bus, stream, 0, last, holes.append)]
            if holes:
                yield f"{stream} cannot be read at {', '.join(map(str, holes))}"
                continue
            held = [(one.position, one.event_id, bytes(one.data)) for batch in batches for one in batch]
            if held != [(row[0], row[1], bytes(row[2])) for row in rows]:
                yield f"{stream} holds something else than the database says"


async def _reaches(bus: NatsBus, stream: str, position: int) -> bool:
    return await bus.last_sequence(stream) >= position


async def _held(_: System, databases: Watcher) -> Findings:
    for name in NAMES:
        for consumer, kind, code, detail in await databases.rows(
            name,
            "SELECT consumer, type, code, detail FROM dead_letters WHERE status IN ('dead', 'replay', 'discard')",
        ):
            yield f"{name}: a dead letter of {consumer}, {kind}: {code}, {detail}"
        parked = await databases.value(name, "SELECT count(*) FROM parked")
        if parked:
            yield f"{name}: {parked} messages are parked"


async def _processes(system: System, _: Watcher) -> Findings:
    """Nothing died but what a test killed, and nobody was ever answered with an unexcused error."""
    for name, restarts in system.restarts().items():
        if restarts != system.killed[name]:
            yield f"{name} was restarted {restarts} times, killed {system.killed[name]} times"
    for complaint in system.complaints:
        yield complaint
