"""Write `docs/permissions.md` from the policy, for people who decide about it: `python -m scripts.export_permissions`."""

import sys
from pathlib import Path

from shared.security.actor import Role
from shared.security.policy import TABLE, Relation

TARGET = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"
_HEAD = """# Who may do what

Generated from `shared/security/actions.py` by `python -m scripts.export_permissions`. What is not listed is refused.

A role counts for one organisation and everything below it; a station head's or instructor's also for what a station
serves. What lies outside looks as if it did not exist (404). Whoever acts for an organisation (`by`) needs it within their
scope as well. A role given on the line of authority (主管) looks only (rows marked ◦), and only at what
its organisation guides.

| Sign | Holds when |
|---|---|
"""
_SIGNS = {
    Relation.ANYWHERE: ("any", "it concerns no organisation in particular"),
    Relation.ROOT: ("root", "the organisation has nobody above it"),
    Relation.WITHIN: ("all", "every organisation concerned is the own one or below it"),
    Relation.INVOLVED: (
        "one",
        "at least one organisation concerned is: either side of a transfer, or the path between",
    ),
    Relation.AREA: ("area", "the place lies in the area of the own organisation"),
    Relation.ADDRESSED: ("named", "it is a committee, or above or below the own organisation"),
    Relation.SELF: ("self", "it is the actor's own"),
}


def document() -> str:
    """The whole page."""
    lines = [f"| {sign} | {meaning} |" for sign, meaning in _SIGNS.values()]
    lines += ["", f"| Action | {' | '.join(Role)} |", f"|---|{'---|' * len(Role)}"]
    for name, rule in TABLE.items():
        cells = [
            ", ".join(sign for relation, (sign, _) in _SIGNS.items() if relation in rule.grants.get(role, ()))
            for role in Role
        ]
        lines.append(f"| {name}{' ◦' if rule.looks else ''} | {' | '.join(cells)} |")
    return _HEAD + "\n".join(lines) + "\n"


def main() -> int:
    """With `--check`, 1 when the page is not what it should be."""
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.read_text("utf-8") == document() else 1
    TARGET.write_text(document(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
