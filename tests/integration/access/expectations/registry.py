"""Units, organisations, members and their figures."""

from collections.abc import Mapping
from typing import Final

from tests.integration.access.county import FAR_UNIT, UNIT, admission
from tests.integration.access.expectations.terms import (
    AREA,
    AUDITOR,
    COMMITTEES,
    DEPARTMENTS,
    EVERYWHERE,
    FORBIDDEN,
    HEAD,
    HIDDEN,
    INSTRUCTOR,
    NOWHERE,
    OF_LIST,
    OF_UNIT_FOR_C1,
    ON_B1,
    ON_C1,
    OPERATOR,
    OUTSIDE,
    OVER_B1,
    OVER_C1,
    PERSONS,
    SECRETARY,
    Row,
    given,
    organisation,
    seats,
    unit,
)

ROWS: Final[Mapping[tuple[str, str, str], Row]] = {
    ("registry", "POST", "/units"): Row(COMMITTEES, seats(*AREA, others=FORBIDDEN), "/units", lambda _, n: unit(n)),
    ("registry", "POST", "/units/batch"): Row(
        COMMITTEES, seats(*AREA, others=FORBIDDEN), "/units/batch", lambda _, n: {"units": [unit(n)]}, batch=True
    ),
    ("registry", "PATCH", "/units/{uscc}"): Row(
        COMMITTEES, seats(*AREA, others=HIDDEN), f"/units/{UNIT}", given(staff=9)
    ),
    ("registry", "POST", "/units/{uscc}/closure"): Row(
        COMMITTEES, seats(*AREA, others=HIDDEN), f"/units/{UNIT}/closure", given(closed_on="2026-11-01", reason="x")
    ),
    ("registry", "GET", "/units/{uscc}"): Row(
        PERSONS, seats(*AREA, others=HIDDEN), f"/units/{UNIT}", unlike={SECRETARY: OVER_B1}
    ),
    ("registry", "GET", "/units"): Row(
        PERSONS, seats("city", "k2", "c3", "b3", others=HIDDEN), "/units", shows=FAR_UNIT,
        unlike={SECRETARY: NOWHERE},
    ),
    ("registry", "GET", "/units/{uscc}/ledger"): Row(
        PERSONS, seats(*AREA, others=HIDDEN), f"/units/{UNIT}/ledger", unlike={SECRETARY: OVER_B1}
    ),
    ("registry", "POST", "/units/{uscc}/surveys"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR}, OF_UNIT_FOR_C1, f"/units/{UNIT}/surveys", given(by="c1", on="2026-11-01")
    ),
    ("registry", "PUT", "/units/{uscc}/covers/{organisation_id}"): Row(
        COMMITTEES, OVER_B1, f"/units/{UNIT}/covers/b1", given(mode="single", on="2026-11-01")
    ),
    ("registry", "POST", "/units/{uscc}/covers/{organisation_id}/end"): Row(
        COMMITTEES, OVER_B1, f"/units/{UNIT}/covers/b1/end", given(on="2026-11-01", reason="x")
    ),
    ("registry", "PUT", "/units/{uscc}/plan"): Row(
        COMMITTEES, OF_UNIT_FOR_C1, f"/units/{UNIT}/plan",
        given(by="c1", mode="single", start_on="2026-11-01", due_on="2099-01-01", contact_person_id="m2"),
    ),
    ("registry", "POST", "/units/{uscc}/plan/abandonment"): Row(
        COMMITTEES, OF_UNIT_FOR_C1, f"/units/{UNIT}/plan/abandonment", given(by="c1", reason="x")
    ),
    ("registry", "PUT", "/units/{uscc}/ripening"): Row(
        COMMITTEES, OF_UNIT_FOR_C1, f"/units/{UNIT}/ripening",
        given(by="c1", steps=[{"means": "instructor", "due_on": "2099-01-01"}]),
    ),
    ("registry", "POST", "/units/{uscc}/ripening/abandonment"): Row(
        COMMITTEES, OF_UNIT_FOR_C1, f"/units/{UNIT}/ripening/abandonment", given(by="c1", reason="x")
    ),
    ("registry", "GET", "/units/{uscc}/ripening"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, AUDITOR}, OVER_B1, f"/units/{UNIT}/ripening"
    ),
    ("registry", "GET", "/ripenings"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, AUDITOR}, OVER_C1, "/ripenings", shows=UNIT
    ),
    ("registry", "POST", "/formation/rules/{area_code}"): Row(
        DEPARTMENTS, ON_C1, "/formation/rules/350102",
        given(by="c1", effective_from="2099-01-01", source_document="x", rules={}),
    ),
    ("registry", "GET", "/formation/rules/{area_code}"): Row(PERSONS, EVERYWHERE, "/formation/rules/350102"),
    ("registry", "GET", "/formation/gaps"): Row(
        COMMITTEES | {HEAD, AUDITOR}, seats(*AREA, others=FORBIDDEN), "/formation/gaps?area_code=350102"
    ),
    ("registry", "POST", "/formation/simulations"): Row(
        COMMITTEES | {HEAD, AUDITOR}, seats(*AREA, others=FORBIDDEN), "/formation/simulations",
        given(area_code="350102", rules={}),
    ),
    ("registry", "POST", "/campaigns"): Row(
        COMMITTEES, ON_C1, "/campaigns",
        given(by="c1", kind="formation", name="x", area_code="350102", starts_on="2026-01-01", ends_on="2026-12-31"),
    ),
    ("registry", "POST", "/campaigns/{campaign_id}/stop"): Row(
        COMMITTEES, OF_UNIT_FOR_C1, "/campaigns/drive1/stop", given(reason="x")
    ),
    # Whoever is above or below the one that runs it.
    ("registry", "GET", "/campaigns"): Row(PERSONS, seats(*AREA, others=HIDDEN), "/campaigns", shows="drive1"),
    ("registry", "GET", "/campaigns/{campaign_id}"): Row(PERSONS, seats(*AREA, others=HIDDEN), "/campaigns/drive1"),
    ("registry", "GET", "/campaigns/{campaign_id}/missing"): Row(
        PERSONS, seats(*AREA, others=HIDDEN), "/campaigns/drive1/missing"
    ),
    ("registry", "GET", "/formation/plans"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, AUDITOR}, OVER_C1, "/formation/plans", shows=UNIT
    ),
    ("registry", "GET", "/coverage"): Row(
        COMMITTEES | {HEAD, AUDITOR}, seats(*AREA, others=FORBIDDEN), "/coverage?area_code=350102"
    ),
    ("registry", "POST", "/lists"): Row(
        COMMITTEES, ON_C1, "/lists?source=census&list_date=2026-11-01&basis=park&area_code=350102&by=c1",
        given(this="is no list"),
    ),
    ("registry", "GET", "/lists"): Row(
        COMMITTEES | {AUDITOR}, OF_LIST, "/lists", shows="{list}"
    ),
    ("registry", "GET", "/lists/{list_id}"): Row(COMMITTEES | {AUDITOR}, OF_LIST, "/lists/{list}"),
    ("registry", "GET", "/lists/{list_id}/findings"): Row(COMMITTEES | {AUDITOR}, OF_LIST, "/lists/{list}/findings"),
    ("registry", "GET", "/lists/{list_id}/findings.csv"): Row(
        COMMITTEES | {AUDITOR}, OF_LIST, "/lists/{list}/findings.csv"
    ),
    ("registry", "GET", "/lists/{list_id}/new-units"): Row(COMMITTEES | {AUDITOR}, OF_LIST, "/lists/{list}/new-units"),
    ("registry", "POST", "/organisations"): Row(COMMITTEES, ON_C1, "/organisations", organisation),
    ("registry", "POST", "/organisations/batch"): Row(
        COMMITTEES, ON_C1, "/organisations/batch", lambda c, n: {"organisations": [organisation(c, n)]}, batch=True
    ),
    ("registry", "PATCH", "/organisations/{organisation_id}"): Row(
        COMMITTEES, OVER_B1, "/organisations/b1", given(name="x")
    ),
    ("registry", "PUT", "/organisations/{organisation_id}/parent"): Row(
        DEPARTMENTS, {**OVER_C1, "c1": FORBIDDEN, "b1": FORBIDDEN}, "/organisations/b1/parent", given(parent_id="c2")
    ),
    ("registry", "PUT", "/organisations/{organisation_id}/guidance"): Row(
        DEPARTMENTS, OVER_B1, "/organisations/b1/guidance", given(guided_by="k2", since="2026-01-01")
    ),
    ("registry", "GET", "/organisations/{organisation_id}/guidance"): Row(
        PERSONS, OVER_B1, "/organisations/b1/guidance"
    ),
    ("registry", "POST", "/organisations/{organisation_id}/dissolution"): Row(
        COMMITTEES, OVER_B1, "/organisations/b1/dissolution", given(reason="x")
    ),
    ("registry", "GET", "/organisations/{organisation_id}"): Row(
        PERSONS, OVER_B1, "/organisations/b1", unbound={OPERATOR: HIDDEN, OUTSIDE: HIDDEN}
    ),
    ("registry", "GET", "/organisations"): Row(
        PERSONS, OVER_B1, "/organisations?limit=200", shows="b1", unbound={OPERATOR: HIDDEN, OUTSIDE: HIDDEN}
    ),
    ("registry", "POST", "/foundings"): Row(
        COMMITTEES | {SECRETARY}, ON_B1, "/foundings",
        given(by="b1", to="c1", name="x", kind="branch", area_code="350102", formal_members=3),
    ),
    ("registry", "POST", "/foundings/{founding_id}/decision"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/foundings/f1/decision", given(by="c1", decision="approved")
    ),
    ("registry", "GET", "/foundings"): Row(COMMITTEES | {SECRETARY, AUDITOR}, OVER_B1, "/foundings", shows="f1"),
    ("registry", "POST", "/organisations/{organisation_id}/restoration"): Row(
        COMMITTEES, OVER_B1, "/organisations/b1/restoration", given(reason="x")
    ),
    ("registry", "POST", "/organisations/{organisation_id}/upgrade"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/organisations/b1/upgrade", given(by="c1", kind="branch")
    ),
    ("registry", "PUT", "/organisations/{organisation_id}/term"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/organisations/b1/term",
        given(elected_on="2026-01-01", ends_on="2029-01-01"),
    ),
    ("registry", "POST", "/organisations/{organisation_id}/term/extension"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/organisations/b1/term/extension",
        given(by="c1", ends_on="2020-06-01", reason="x"),
    ),
    ("registry", "GET", "/elections"): Row(PERSONS, OVER_B1, "/elections", shows="b1"),
    # b1 is handed to c1, where it is: nothing changes while everybody tries.
    ("registry", "POST", "/reorganisations"): Row(
        DEPARTMENTS, ON_C1, "/reorganisations",
        given(by="c1", organisation_ids=["b1"], to_parent_id="c1", reason="x"),
    ),
    # Carried out, so that nobody can revoke it.
    ("registry", "POST", "/reorganisations/{reorganisation_id}/revocation"): Row(
        DEPARTMENTS, {**OVER_C1, "b1": HIDDEN}, "/reorganisations/ro1/revocation", given(by="c1", reason="x")
    ),
    ("registry", "GET", "/reorganisations"): Row(COMMITTEES | {AUDITOR}, OVER_B1, "/reorganisations", shows="ro1"),
    ("registry", "POST", "/reorganisations/{reorganisation_id}/receipts"): Row(
        COMMITTEES, {**OVER_C1, "b1": FORBIDDEN}, "/reorganisations/ro1/receipts", given(by="c1", organisation_id="b1")
    ),
    ("registry", "GET", "/reorganisations/{reorganisation_id}"): Row(
        COMMITTEES | {AUDITOR}, OVER_B1, "/reorganisations/ro1"
    ),
    ("registry", "POST", "/members"): Row(COMMITTEES, ON_B1, "/members", lambda _, n: admission(n, "b1")),
    ("registry", "POST", "/members/batch"): Row(
        COMMITTEES, ON_B1, "/members/batch", lambda _, n: {"members": [admission(n, "b1")]}, batch=True
    ),
    ("registry", "PUT", "/members/{member_id}/contact"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/members/m1/contact", given(email="m@mail.example")
    ),
    # m1 has moved to b2 long ago, by transfer; m2 is in b1.
    ("registry", "POST", "/members/lookup"): Row(
        COMMITTEES | {SECRETARY, AUDITOR}, OVER_B1, "/members/lookup",
        given(resident_id=admission(1, "b1")["resident_id"], purpose="verify-identity"), shows="m2",
    ),
    ("registry", "POST", "/members/{member_id}/confirmation"): Row(
        COMMITTEES, OVER_B1, "/members/m1/confirmation", given(by="b1", confirmed_on="2026-11-01", person_id="m2")
    ),
    ("registry", "POST", "/members/{member_id}/probation"): Row(
        COMMITTEES, OVER_B1, "/members/m1/probation",
        given(by="b1", probation_ends_on="2027-11-01", person_id="m2", text="x"),
    ),
    ("registry", "POST", "/members/{member_id}/end"): Row(
        COMMITTEES, OVER_B1, "/members/m1/end",
        given(by="b1", ground="deceased", ended_on="2026-11-01", person_id="m2", text="x"),
    ),
    ("registry", "GET", "/members"): Row(PERSONS, OVER_B1, "/members?names=true", shows="m2"),
    # A file with nobody in it where the seat has nobody.
    ("registry", "GET", "/members/roster.csv"): Row(
        COMMITTEES | {SECRETARY, AUDITOR}, EVERYWHERE, "/members/roster.csv?organisation_id=b1"
    ),
    ("registry", "GET", "/members/counts"): Row(PERSONS, OVER_B1, "/members/counts", shows="b1"),
    ("registry", "GET", "/members/{member_id}"): Row(PERSONS, OVER_B1, "/members/m1"),
    ("registry", "GET", "/members/{member_id}/memberships"): Row(PERSONS, OVER_B1, "/members/m1/memberships"),
    # A group of b1: its branch divides itself, and whoever is above it may.
    ("registry", "POST", "/party-groups"): Row(
        COMMITTEES | {SECRETARY}, ON_B1, "/party-groups",
        given(organisation_id="b1", name="x", founded_on="2026-01-01"),
    ),
    ("registry", "PATCH", "/party-groups/{group_id}"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/party-groups/group1", given(name="y")
    ),
    ("registry", "PUT", "/party-groups/{group_id}/head"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/party-groups/group1/head", given(member_id="m2", since="2026-01-03")
    ),
    ("registry", "POST", "/party-groups/{group_id}/members"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/party-groups/group1/members",
        given(member_ids=["m2"], since="2026-01-02"),
    ),
    # Refused wherever it is allowed: the group stays, so that everybody finds it.
    ("registry", "POST", "/party-groups/{group_id}/dissolution"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/party-groups/group1/dissolution",
        given(dissolved_on="2025-01-01", reason="x"),
    ),
    ("registry", "PUT", "/members/{member_id}/party-group"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/members/m2/party-group", given(group_id="group1", since="2026-01-02")
    ),
    ("registry", "GET", "/party-groups/{group_id}"): Row(PERSONS, OVER_B1, "/party-groups/group1"),
    ("registry", "GET", "/party-groups"): Row(PERSONS, OVER_B1, "/party-groups", shows="group1"),
    ("registry", "POST", "/fundings"): Row(
        COMMITTEES, ON_C1, "/fundings",
        given(scope="station", scope_id="s1", source="grant", year=2026, amount_fen=1, received_on="2026-01-02",
               source_document="x"),
    ),
    ("registry", "POST", "/fundings/{funding_id}/void"): Row(
        COMMITTEES, OVER_C1, "/fundings/fund1/void", given(reason="x")
    ),
    ("registry", "GET", "/fundings"): Row(COMMITTEES | {AUDITOR}, OVER_C1, "/fundings", shows="fund1"),
    ("registry", "GET", "/fundings/totals"): Row(COMMITTEES | {AUDITOR}, EVERYWHERE, "/fundings/totals"),
    ("registry", "PUT", "/staffings"): Row(
        COMMITTEES, ON_C1, "/staffings",
        given(by="c1", kind="officer", scope="organisation", scope_id="c1", least=2, source_document="x"),
    ),
    ("registry", "GET", "/staffings"): Row(PERSONS, OVER_C1, "/staffings", shows="officer-organisation-c1"),
}  # fmt: skip
