"""Assessment and notify."""

from collections.abc import Mapping
from typing import Final

from tests.integration.access.expectations.terms import (
    DEPARTMENTS,
    EVERYWHERE,
    FORBIDDEN,
    HIDDEN,
    INSTRUCTOR,
    NOWHERE,
    OK,
    OVER_B1,
    PERSONS,
    PROVIDER,
    SECRETARY,
    Row,
    given,
    seats,
)

ROWS: Final[Mapping[tuple[str, str, str], Row]] = {
    ("assessment", "POST", "/rule-sets/{rule_set_id}/versions"): Row(
        DEPARTMENTS, EVERYWHERE, "/rule-sets/r/versions",
        given(version=2, title="x", effective_from="2027-01-01", source_document="x",
               items=[{"id": "visits", "title": "走访", "max_score": 100}]),
    ),
    ("assessment", "GET", "/rule-sets/{rule_set_id}"): Row(PERSONS, EVERYWHERE, "/rule-sets/r"),
    ("assessment", "POST", "/quarters/{quarter}/opening"): Row(
        DEPARTMENTS, EVERYWHERE, "/quarters/2026Q4/opening", given(rule_set_id="r", closes_on="2027-12-31")
    ),
    ("assessment", "POST", "/quarters/{quarter}/publication"): Row(
        DEPARTMENTS, EVERYWHERE, "/quarters/2026Q4/publication"
    ),
    ("assessment", "POST", "/quarters/{quarter}/assessments/{instructor_id}"): Row(
        DEPARTMENTS, OVER_B1, "/quarters/2026Q4/assessments/i1", given(scores={"visits": 1})
    ),
    ("assessment", "GET", "/quarters/{quarter}"): Row(
        PERSONS - {SECRETARY}, OVER_B1, "/quarters/2026Q4", shows="i1", unlike={INSTRUCTOR: NOWHERE}
    ),
    ("assessment", "GET", "/roster/{member_id}"): Row(PERSONS, OVER_B1, "/roster/m2"),
    ("notify", "GET", "/messages/{message_id}"): Row(
        PERSONS, seats("city", "k1", "c1", "b1", "c2", "b2", others=HIDDEN), "/messages/{message}"
    ),
    ("notify", "GET", "/messages"): Row(
        PERSONS, seats("city", "k1", "c1", "b1", "c2", "b2", others=HIDDEN), "/messages?relocation_id=t1&limit=200",
        shows="{message}",
    ),
    ("notify", "POST", "/receipts/email"): Row(
        frozenset(), seats(others=FORBIDDEN), "/receipts/email",
        lambda *_: [{"message_id": "<x@y>", "status": "delivered"}], unbound={PROVIDER: OK},
    ),
    ("notify", "POST", "/receipts/sms"): Row(
        frozenset(), seats(others=FORBIDDEN), "/receipts/sms",
        lambda *_: [{"out_id": "x", "success": True}], unbound={PROVIDER: OK},
    ),
}  # fmt: skip
