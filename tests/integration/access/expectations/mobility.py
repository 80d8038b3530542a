"""Transfers and their cases."""

from collections.abc import Mapping
from typing import Final

from services.mobility.application.inbound_letters import letter_id
from services.mobility.domain.transfer.outside import OutsideCommittee
from tests.integration.access.expectations.terms import (
    ACTING_FOR_C1,
    AUDITOR,
    COMMITTEES,
    DEPARTMENTS,
    EVERYWHERE,
    FORBIDDEN,
    HEAD,
    HIDDEN,
    INSTRUCTOR,
    OF_TRANSFER,
    ON_C1,
    OUTSIDE,
    OVER_B1,
    OVER_C1,
    PERSONS,
    SECRETARY,
    Row,
    given,
    seats,
    step,
    transfer,
)

OUTSIDE_COMMITTEE: Final = OutsideCommittee(name="中共某市某区委组织部", area_code="440304")
LETTER: Final = letter_id(OUTSIDE_COMMITTEE, "x-1")

ROWS: Final[Mapping[tuple[str, str, str], Row]] = {
    ("mobility", "POST", "/transfers"): Row(COMMITTEES | {SECRETARY}, OVER_B1, "/transfers", transfer),
    ("mobility", "POST", "/transfers/{transfer_id}/resending"): step("resending", reason="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/approvals"): step("approvals"),
    ("mobility", "POST", "/transfers/{transfer_id}/letters"): step("letters"),
    ("mobility", "POST", "/transfers/{transfer_id}/acceptance"): step("acceptance", branch_id="b2"),
    ("mobility", "POST", "/transfers/{transfer_id}/rejection"): step("rejection", reason_code="other", text="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/withdrawal"): step("withdrawal"),
    ("mobility", "POST", "/transfers/{transfer_id}/receipt"): step("receipt"),
    ("mobility", "POST", "/transfers/{transfer_id}/closure"): step("closure", text="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/hold"): step("hold", text="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/branch"): step("branch", branch_id="b2"),
    ("mobility", "POST", "/transfers/{transfer_id}/void-acknowledgements"): step(
        "void-acknowledgements", letter_number="x"
    ),
    ("mobility", "POST", "/transfers/{transfer_id}/legs"): step("legs", leg="paper", step="sent", reference="x"),
    ("mobility", "POST", "/transfers/{transfer_id}/outside-receipt"): step(
        "outside-receipt", receipt_reference="x", accepted_on="2026-11-01"
    ),
    ("mobility", "GET", "/transfers/{transfer_id}/letter.pdf"): Row(
        COMMITTEES, ACTING_FOR_C1, "/transfers/t1/letter.pdf?name=false"
    ),
    ("mobility", "GET", "/cases/inbox"): Row(
        PERSONS, seats("city", "k1", "c2", others=FORBIDDEN), "/cases/inbox?organisation=c2"
    ),
    ("mobility", "GET", "/relocations"): Row(
        PERSONS, OF_TRANSFER, "/relocations", shows="t1", unbound={OUTSIDE: HIDDEN}
    ),
    ("mobility", "POST", "/relocations/{relocation_id}/retries"): Row(
        COMMITTEES, ACTING_FOR_C1, "/relocations/t1/retries", lambda county, _: {"by": "c1", "party_id": county.party}
    ),
    # Figures: whoever may look is shown those of what they may see; `test_scopes.py` looks at the numbers.
    ("mobility", "GET", "/outcomes"): Row(COMMITTEES | {AUDITOR}, EVERYWHERE, "/outcomes?month=2026-11"),
    ("mobility", "GET", "/flows"): Row(COMMITTEES | {AUDITOR}, EVERYWHERE, "/flows?since=2026-01&until=2026-12"),
    ("mobility", "POST", "/transfer-rules/{area_code}"): Row(
        DEPARTMENTS, ON_C1, "/transfer-rules/350102", given(by="c1", effective_from="2099-01-01", source_document="x")
    ),
    ("mobility", "GET", "/transfer-rules"): Row(PERSONS, EVERYWHERE, "/transfer-rules"),
    ("mobility", "POST", "/retained-relations"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/retained-relations",
        lambda _, number: {"by": "c1", "retention_id": f"r-{number}", "member_id": "m2", "kind": "graduate",
                           "since": "2026-07-01"},
    ),
    ("mobility", "POST", "/retained-relations/{retention_id}/contacts"): Row(
        COMMITTEES, OVER_C1, "/retained-relations/r1/contacts", given(by="c1", contacted_on="2026-07-02")
    ),
    ("mobility", "POST", "/retained-relations/{retention_id}/end"): Row(
        COMMITTEES, OVER_C1, "/retained-relations/r1/end",
        given(by="c1", decision="transferred", reason="x", decided_on="2026-07-02"),
    ),
    ("mobility", "GET", "/retained-relations/{retention_id}"): Row(PERSONS, OVER_C1, "/retained-relations/r1"),
    ("mobility", "GET", "/retained-relations"): Row(PERSONS, OVER_C1, "/retained-relations", shows="r1"),
    ("mobility", "POST", "/inbound-letters"): Row(
        COMMITTEES, ON_C1, "/inbound-letters",
        lambda _, number: {"by": "c1", "outside": OUTSIDE_COMMITTEE.model_dump(),
                           "letter_number": f"y-{number}", "valid_until": "2099-01-01", "dues_paid_to": "2026-09"},
    ),
    ("mobility", "POST", "/inbound-letters/{letter_id}/acceptance"): Row(
        COMMITTEES, OVER_C1, f"/inbound-letters/{LETTER}/acceptance",
        given(by="c1", member_id="m2", branch_id="b1"),
    ),
    ("mobility", "POST", "/inbound-letters/{letter_id}/rejection"): Row(
        COMMITTEES, OVER_C1, f"/inbound-letters/{LETTER}/rejection",
        given(by="c1", reason_code="other", text="x"),
    ),
    ("mobility", "POST", "/inbound-letters/{letter_id}/receipt"): Row(
        COMMITTEES, OVER_C1, f"/inbound-letters/{LETTER}/receipt",
        given(by="c1", reference="x", carrying="in_person", sent_on="2026-11-02"),
    ),
    ("mobility", "GET", "/inbound-letters/{letter_id}"): Row(
        PERSONS, OVER_C1, f"/inbound-letters/{LETTER}"
    ),
    ("mobility", "GET", "/inbound-letters"): Row(PERSONS, OVER_C1, "/inbound-letters", shows=LETTER),
    ("mobility", "POST", "/reconciliations"): Row(
        COMMITTEES, ON_C1, "/reconciliations", lambda _, number: {"by": "c1", "run_id": f"run-{number}"}
    ),
    ("mobility", "GET", "/reconciliations/{run_id}"): Row(COMMITTEES | {AUDITOR}, OVER_C1, "/reconciliations/run-1"),
    ("mobility", "GET", "/reconciliations"): Row(
        COMMITTEES | {AUDITOR}, ON_C1, "/reconciliations?organisation=c1", shows="run-1"
    ),
    ("mobility", "GET", "/transfers/{transfer_id}"): Row(PERSONS, OF_TRANSFER, "/transfers/t1"),
    ("mobility", "GET", "/transfers"): Row(PERSONS, OF_TRANSFER, "/transfers?member_id=m1", shows="t1"),
    ("mobility", "GET", "/cases"): Row(PERSONS, seats("city", "k1", "c2", others=HIDDEN), "/cases", shows="t1"),
    ("mobility", "POST", "/relocations/{relocation_id}/acknowledgements"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, ACTING_FOR_C1, "/relocations/t1/acknowledgements",
        lambda county, _: {"by": "c1", "party_id": county.party}, unbound={OUTSIDE: HIDDEN},
    ),
    ("mobility", "GET", "/relocations/{relocation_id}"): Row(
        PERSONS, OF_TRANSFER, "/relocations/t1", unbound={OUTSIDE: HIDDEN}
    ),
}  # fmt: skip
