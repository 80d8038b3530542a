"""A chain says of itself whether somebody has touched it, and where."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.eventstore.audit import Anchor, AuditEntry, AuditRecord, ChainCheck, Fault, chained

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def records(count: int = 5) -> list[AuditRecord]:
    first = chained([AuditEntry(NOW, "clerk-1", "member.read", "display", f"m{n}") for n in range(2)], None)
    rest = [
        AuditEntry(NOW + timedelta(seconds=n), "clerk-2", "member.read", "display", f"m{n}", detail={"b": 1, "a": [n]})
        for n in range(2, count)
    ]
    return first + chained(rest, (first[-1].number, first[-1].hash))


def faults(chain: Sequence[AuditRecord], *anchors: Anchor) -> list[Fault]:
    check = ChainCheck(anchors)
    for record in chain:
        check.see(record)
    return check.faults()


def anchor(record: AuditRecord) -> Anchor:
    return Anchor(record.number, record.hash)


def rewritten(chain: list[AuditRecord], at: int) -> list[AuditRecord]:
    """What somebody makes who knows how the hashes are made: everything from there on, anew."""
    entries = [AuditEntry(r.at, "somebody-else", r.action, r.purpose, r.subject) for r in chain[at:]]
    return chain[:at] + chained(entries, (chain[at - 1].number, chain[at - 1].hash))


def test_a_chain_that_nobody_touched_has_no_fault() -> None:
    chain = records()
    assert [record.number for record in chain] == [1, 2, 3, 4, 5]
    assert faults(chain, anchor(chain[1]), anchor(chain[4]), anchor(chain[4])) == []
    assert faults([]) == []


@pytest.mark.parametrize("field", ["at", "actor", "action", "purpose", "subject", "outcome", "trace_id", "detail"])
def test_a_changed_record_is_named_whatever_was_changed_in_it(field: str) -> None:
    chain = records()
    value = NOW + timedelta(hours=1) if field == "at" else "other"
    chain[2] = replace(chain[2], **{field: value})  # type: ignore[arg-type]
    assert [fault.number for fault in faults(chain)] == [3]


def test_a_changed_record_with_a_hash_that_fits_is_found_by_the_next() -> None:
    chain = records()
    changed = replace(chain[2], actor="other")
    chain[2] = replace(changed, hash=changed.expected_hash())
    assert [fault.number for fault in faults(chain)] == [4]


@pytest.mark.parametrize(
    ("touch", "said"),
    [
        (lambda c: c[:1] + c[2:], "record 2 is missing"),
        (lambda c: c[:1] + c[4:], "records 2 to 4 are missing"),
        (lambda c: c[1:], "record 1 is missing"),
        (lambda c: [*c[:1], replace(c[2], number=2), replace(c[1], number=3), *c[3:]], "out of order"),
        (lambda c: [*c[:2], replace(c[1], number=3), *c[3:]], "out of order"),
    ],
)
def test_missing_and_reordered_records_are_named(
    touch: Callable[[list[AuditRecord]], list[AuditRecord]], said: str
) -> None:
    assert any(said in fault.what for fault in faults(touch(records())))


def test_a_cut_end_is_found_by_what_was_told_outside_and_by_nothing_else() -> None:
    chain = records()
    assert faults(chain[:3]) == []
    [fault] = faults(chain[:3], anchor(chain[4]))
    assert (fault.number, "there were 5 records" in fault.what) == (4, True)
    assert faults([], anchor(chain[0]))


def test_a_chain_written_anew_is_found_by_what_was_told_outside() -> None:
    chain = records()
    forged = rewritten(chain, 2)
    assert faults(forged) == []
    assert [fault.number for fault in faults(forged, anchor(chain[1]), anchor(chain[3]))] == [4]
