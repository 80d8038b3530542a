"""What the doctor looks at on the broker: reachable, as declared, its clock."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from nats.aio.client import Client

from services.cli.finding import Finding, note, well, wrong
from services.cli.installation import Installation
from shared.messaging.topology import Topology, inspect

SKEW_SECONDS = 2.0


async def broker(client: Client, topology: Topology) -> AsyncIterator[Finding]:
    """Streams and consumers against their declaration; the broker's clock against ours."""
    server = client.connected_server_version
    yield well("broker", f"answers, nats-server {server.major}.{server.minor}.{server.patch}")
    drift = await inspect(client, topology)
    for one in drift:
        yield wrong(
            f"broker: {one.stream}",
            f"{one.setting} is {one.actual}, declared {one.expected}",
            "run `yanzhen provision`",
        )
    if not drift:
        yield well("streams and consumers", "as declared")
    for stream in topology.streams:
        # Messages of outside systems end with their age; ours never do.
        if stream.atomic and (missing := lacks(await stream_info(client, stream.name))):
            yield wrong(
                f"broker: {stream.name}",
                f"{missing} messages are missing before its end",
                f"run `yanzhen stream rebuild {stream.name.removeprefix('OUT_').lower()}`: nothing is lost",
            )
    before = datetime.now(UTC)
    info = await stream_info(client, topology.streams[0].name)
    if "ts" in info:
        yield skew("broker", datetime.fromisoformat(str(info["ts"])), before)


def lacks(info: dict[str, object]) -> int:
    """How many messages the broker knows to be missing; what it does not know, `yanzhen stream check` finds."""
    state = info.get("state")
    return int(state["last_seq"]) - int(state["messages"]) if isinstance(state, dict) else 0


def skew(whose: str, theirs: datetime, ours: datetime) -> Finding:
    """How far two clocks are apart. `theirs` was read after `ours`, so that a second may pass unnoticed."""
    seconds = (theirs - ours).total_seconds()
    what = f"clock of the {whose}"
    if abs(seconds) > SKEW_SECONDS:
        return note(what, f"{seconds:+.1f} s from this machine's", "synchronise both with the same time servers (NTP)")
    return well(what, "agrees")


async def stream_info(client: Client, stream: str) -> dict[str, object]:
    """What the broker says about a stream; holds `error` when it does not exist."""
    answer: dict[str, object] = json.loads((await client.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=5)).data)
    return answer


async def last_sequence(client: Client, stream: str) -> int | None:
    """The end of a stream; None when it does not exist."""
    state = (await stream_info(client, stream)).get("state")
    return int(state["last_seq"]) if isinstance(state, dict) else None


def without_identity(installation: Installation) -> list[Finding]:
    """A word when no seed was found: a broker with identities will refuse us."""
    if installation.seed_file is None:
        return [note("identity at the broker", "none", "set YANZHEN_NATS_SEED_FILE to the operator's seed")]
    return []
