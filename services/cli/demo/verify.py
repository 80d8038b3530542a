"""The verdict: does everybody have what they should, exactly once? Read from the databases and from the providers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.cli.catalogue import NAMES
from services.cli.demo.clerks import Tally
from services.cli.demo.county.world import World
from services.cli.demo.databases import Databases
from services.cli.demo.ids import id_of
from services.cli.launcher import LocalInstallation


@dataclass
class Verdict:
    """What was found. Empty `problems` means that all is as it should be."""

    problems: list[str] = field(default_factory=list)
    informed: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # channel: delivered, no address, expected
    latencies: dict[str, list[float]] = field(default_factory=dict)  # what: milliseconds
    events: int = 0


async def judge(
    installation: LocalInstallation, databases: Databases, world: World, tally: Tally, expired: set[str]
) -> Verdict:
    """Compare the plan with what is stored and what arrived."""
    verdict = Verdict()
    for check in (_outcomes(databases, tally, expired), _memberships(databases, world, tally),
                  _propagation(databases, tally, verdict), _messages(installation, databases, tally, verdict),
                  _order(databases, verdict)):  # fmt: skip
        verdict.problems += [problem async for problem in check]
    await _latencies(databases, tally, verdict)
    return verdict


async def _outcomes(databases: Databases, tally: Tally, expired: set[str]) -> Any:
    status = {row[0]: row[1] for row in await databases.rows("mobility", "SELECT transfer_id, status FROM transfers")}
    expected = {
        **dict.fromkeys(tally.accepted, "completed"),
        **dict.fromkeys(tally.rejected, "closed"),
        **dict.fromkeys(expired, "expired"),
        **dict.fromkeys(tally.corrected.values(), "resent"),
    }
    for transfer_id, wanted in expected.items():
        if status.get(transfer_id) != wanted:
            yield f"transfer {transfer_id} is {status.get(transfer_id, 'missing')}, should be {wanted}"
    for transfer_id in status.keys() - expected.keys():
        yield f"transfer {transfer_id} was never asked for"


async def _memberships(databases: Databases, world: World, tally: Tally) -> Any:
    expected = {id_of(m.key): id_of(m.organisation_key) for t in world.territories for m in t.members}
    expected |= {id_of(p.member_key): id_of(p.destination_branch_key) for p in tally.accepted.values()}
    for service in ("registry", "mobility"):
        query = "SELECT member_id, organisation_id FROM members"
        actual = {row[0]: row[1] for row in await databases.rows(service, query)}
        wrong = [member for member in expected if actual.get(member) != expected[member]]
        if wrong or len(actual) != len(expected):
            yield f"{service}: {len(wrong)} members are not in the branch they should be in"
    moves = await databases.rows(
        "registry", "SELECT data->>'transfer_id', count(*) FROM events WHERE type = 'membership-moved' GROUP BY 1"
    )
    counted = {row[0]: row[1] for row in moves}
    if counted != dict.fromkeys(tally.accepted, 1):
        yield f"memberships moved by {len(counted)} transfers, should be {len(tally.accepted)}, each once"


async def _propagation(databases: Databases, tally: Tally, verdict: Verdict) -> Any:
    rows = await databases.rows(
        "mobility",
        "SELECT data->>'relocation_id', count(*) FROM events WHERE type = 'relocation-propagated' GROUP BY 1",
    )
    counted = {row[0]: row[1] for row in rows}
    for relocation_id in tally.accepted:
        if counted.get(relocation_id) != 1:
            missing = await databases.rows(
                "mobility",
                "SELECT step, state FROM propagation WHERE relocation_id = $1 AND number IS NOT NULL",
                relocation_id,
            )
            open_ = sorted({row[0] for row in missing if row[1] not in ("applied", "delivered", "acknowledged")})
            yield f"relocation {relocation_id} propagated {counted.get(relocation_id, 0)} times; open: {', '.join(open_)}"
    for channel in ("email", "sms"):
        done, nowhere, wanted = (
            await databases.rows(
                "mobility",
                "SELECT count(*) FILTER (WHERE state = 'delivered'), count(*) FILTER (WHERE detail = 'no-address'),"
                " count(*) FROM propagation WHERE step = $1 AND number IS NOT NULL",
                channel,
            )
        )[0]
        verdict.informed[channel] = (done, nowhere, wanted)
        if done + nowhere != wanted:
            yield f"{channel}: {wanted - done - nowhere} of {wanted} parties were not reached"
    unreached = await databases.value(
        "mobility",
        "SELECT count(*) FROM (SELECT 1 FROM propagation WHERE step IN ('email', 'sms') AND number IS NOT NULL"
        " GROUP BY relocation_id, party_id HAVING count(*) FILTER (WHERE state = 'delivered') = 0) AS nobody",
    )
    if unreached:
        yield f"{unreached} parties were reached on no channel at all"


async def _messages(installation: LocalInstallation, databases: Databases, tally: Tally, verdict: Verdict) -> Any:
    del tally
    sent = {
        row[0]: row[1]
        for row in await databases.rows(
            "notify", "SELECT channel, count(*) FROM messages WHERE code IS DISTINCT FROM 'no-address' GROUP BY 1"
        )
    }
    stack = installation.stack
    async with httpx.AsyncClient(timeout=20) as client:
        for channel, url in (("email", stack.smtp_sink_url), ("sms", stack.sms_url)):
            counts = (await client.get(f"{url}/counts")).json()
            if counts["accepted"] != sent.get(channel, 0):
                yield f"{channel}: the provider took {counts['accepted']}, we meant to send {sent.get(channel, 0)}"
            if counts["duplicates"]:
                yield f"{channel}: the provider saw {len(counts['duplicates'])} messages more than once"
    undelivered = await databases.value(
        "notify", "SELECT count(*) FROM messages WHERE status <> 'delivered' AND code IS DISTINCT FROM 'no-address'"
    )
    if undelivered:
        yield f"notify: {undelivered} messages are not delivered"


async def _order(databases: Databases, verdict: Verdict) -> Any:
    for name in NAMES:
        verdict.events += await databases.value(name, "SELECT count(*) FROM events")
        gaps = await databases.value(name, "SELECT coalesce(max(position), 0) - count(*) FROM outbound")
        if gaps:
            yield f"{name}: the public order has {gaps} gaps"
        dead = await databases.value(name, "SELECT count(*) FROM dead_letters")
        if dead:
            yield f"{name}: {dead} dead letters (see `yanzhen dlq list`)"
        doubled = await databases.value(name, "SELECT count(*) - count(DISTINCT message_id) FROM outbound")
        if doubled:
            yield f"{name}: {doubled} messages have two places in the public order"


async def _latencies(databases: Databases, tally: Tally, verdict: Verdict) -> None:
    accepted = await _times(databases, "mobility", "transfer-accepted", "transfer_id")
    moved = await _times(databases, "registry", "membership-moved", "transfer_id")
    listed = await _times(databases, "assessment", "roster-updated", "relocation_id")
    reached = {
        row[0]: row[1]
        for row in await databases.rows(
            "notify",
            "SELECT correlation_id, max(recorded_at) FROM events WHERE type = 'message-delivered' GROUP BY 1",
        )
    }
    propagated = await _times(databases, "mobility", "relocation-propagated", "relocation_id")
    applied = {key: max(moved[key], listed[key]) for key in moved.keys() & listed.keys()}
    for what, times in (
        ("accepted → applied by all services", applied),
        ("accepted → every party reached", reached),
        ("accepted → propagated, with proof", propagated),
    ):
        known = tally.accepted.keys() & accepted.keys() & times.keys()
        verdict.latencies[what] = [(times[key] - accepted[key]).total_seconds() * 1000 for key in known]


async def _times(databases: Databases, service: str, kind: str, key: str) -> dict[str, Any]:
    query = f"SELECT data->>'{key}', recorded_at FROM events WHERE type = '{kind}'"  # noqa: S608 - constants
    return {row[0]: row[1] for row in await databases.rows(service, query)}


def lines(problems: list[str], most: int = 12) -> Iterator[str]:
    """The problems for a person: the first few, and how many more there are."""
    yield from problems[:most]
    if len(problems) > most:
        yield f"… and {len(problems) - most} more"
