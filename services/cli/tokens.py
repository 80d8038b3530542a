"""Making tokens of a development stack by hand."""

from pathlib import Path

from services.cli.clock_shifting import duration
from services.cli.stack_files import StackFiles
from shared.kernel.errors import Unavailable
from shared.security.actor import Actor, Line, Role, actor_of


def make_token(
    data_dir: Path, role: Role, organisation: str | None, station: str | None, line: Line, subject: str | None, ttl: str
) -> str:
    """A token signed with the key in the data directory.

    Raises `Unavailable` (`no-issuer-here`) where no stack was ever started: a key made now would be nobody's; `Invalid`
    for a role without what it needs, or a lifetime that cannot be.
    """
    files = StackFiles(data_dir)
    if not (files.credentials / "identity").is_dir():
        raise Unavailable(
            "no-issuer-here",
            f"there is no development issuer in {data_dir}",
            remedy="start a stack with `yanzhen up`, or name its --data-dir; elsewhere ask the identity provider",
        )
    given = {"role": role.value, "organisation": organisation, "station": station, "line": line.value}
    # Read back as a service would, so that what is printed is what will be understood.
    actor: Actor = actor_of({"sub": subject or f"dev-{role}", "assignments": [given]})
    return files.issuer().token(actor, int(duration(ttl).total_seconds()))
