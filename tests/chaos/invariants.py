"""What must hold at every moment (architecture §1), also while relocations are under way: looked at after every fault.

What holds only when everything has settled is in `tests/system/audit.py`.
"""

from collections.abc import AsyncIterator

import httpx

from services.cli.catalogue import NAMES
from tests.chaos.world import Suffering
from tests.system.support import Watcher

# What a member may have one of, and what may happen once: each query returns what is wrong.
_ONCE = (
    ("registry", "a member's history has a jump",
     ("SELECT * FROM (SELECT data->>'member_id', data->>'from_organisation_id' AS left_,"
     " lag(coalesce(data->>'to_organisation_id', data->>'organisation_id'))"
     " OVER (PARTITION BY data->>'member_id' ORDER BY seq) AS was FROM events"
     " WHERE type IN ('member-admitted', 'membership-moved')) AS h WHERE was IS NOT NULL AND left_ IS DISTINCT FROM was")),
    ("registry", "a member is not where its history ends",
     ("SELECT m.member_id FROM members m JOIN LATERAL (SELECT coalesce(data->>'to_organisation_id',"
     " data->>'organisation_id') AS at FROM events WHERE type IN ('member-admitted', 'membership-moved')"
     " AND data->>'member_id' = m.member_id ORDER BY seq DESC LIMIT 1) AS h ON true"
     " WHERE h.at IS DISTINCT FROM m.organisation_id")),
    ("mobility", "a member has two open transfers",
     ("SELECT member_id FROM transfers WHERE status NOT IN ('completed', 'closed', 'resent', 'expired', 'withdrawn',"
     " 'rejected', 'accepted') GROUP BY 1 HAVING count(*) > 1")),
    ("registry", "a transfer moved somebody twice",
     "SELECT data->>'transfer_id' FROM events WHERE type = 'membership-moved' GROUP BY 1 HAVING count(*) > 1"),
    ("assessment", "a relocation changed the roster twice",
     "SELECT data->>'relocation_id' FROM events WHERE type = 'roster-updated' GROUP BY 1 HAVING count(*) > 1"),
    ("mobility", "a relocation was accepted or propagated twice",
     ("SELECT coalesce(data->>'relocation_id', data->>'transfer_id'), type FROM events"
     " WHERE type IN ('transfer-accepted', 'relocation-propagated') GROUP BY 1, 2 HAVING count(*) > 1")),
    ("notify", "a party is told twice on one channel",
     "SELECT relocation_id, party_id, channel FROM messages GROUP BY 1, 2, 3 HAVING count(*) > 1"),
)  # fmt: skip
_EVERYWHERE = (
    ("the public order has a gap", "SELECT 1 FROM outbound HAVING count(*) <> coalesce(max(position), 0)"),
    ("a partition's order is broken",
     ("SELECT position FROM (SELECT position, prev, lag(position, 1, 0::bigint)"
     " OVER (PARTITION BY partition ORDER BY position) AS was FROM outbound) AS o WHERE prev <> was")),
    ("a message has two places in the public order",
     "SELECT message_id FROM outbound GROUP BY 1 HAVING count(*) > 1"),
    ("a message was set aside",
     "SELECT consumer, code, detail FROM dead_letters WHERE status IN ('dead', 'replay', 'discard')"),
)  # fmt: skip


async def violations(system: Suffering, databases: Watcher) -> list[str]:
    """In words; empty when all is well."""
    return [one async for one in _found(system, databases)]


async def _found(system: Suffering, databases: Watcher) -> AsyncIterator[str]:
    checks = [*_ONCE, *((name, what, query) for name in NAMES for what, query in _EVERYWHERE)]
    for service, what, query in checks:
        rows = await databases.rows(service, query)
        if rows:
            yield f"{service}: {what}: {[tuple(row) for row in rows[:3]]}, {len(rows)} in all"
    known = await databases.value("registry", "SELECT count(*) FROM events WHERE type = 'member-admitted'")
    here = await databases.value("registry", "SELECT count(*) FROM members WHERE organisation_id IS NOT NULL")
    if known != here:
        yield f"registry: {known} members were admitted, {here} are in a branch"
    stack = system.installation.stack
    async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
        for channel, url in (("email", stack.smtp_sink_url), ("sms", stack.sms_url)):
            doubled = (await http.get(f"{url}/counts")).json()["duplicates"]
            if doubled:
                yield f"{channel}: the provider was given {len(doubled)} messages more than once"
    while system.complaints:
        yield system.complaints.pop()
