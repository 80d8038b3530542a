"""Members who are away: m2 of b1 is away as d2, looked after by station s3 at k2 and by b3."""

from collections.abc import Mapping
from typing import Final

from services.mobility.domain.activity_plan.decider import plan_id_of
from tests.integration.access.county import APPRAISING, HOLDING, YEAR_OF_TWO
from tests.integration.access.expectations.terms import (
    ACTING_FOR_B1,
    ACTING_FOR_B1_OF_AWAY,
    AUDITOR,
    COMMITTEES,
    DEPARTMENTS,
    EVERYWHERE,
    FORBIDDEN,
    HEAD,
    HIDDEN,
    INSTRUCTOR,
    OF_AWAY,
    OF_CARE,
    ON_C1,
    OVER_B1,
    OVER_C1,
    PERSONS,
    SECRETARY,
    Row,
    away,
    given,
    going,
    seats,
)

# The two ends of the care and whoever decides; b3, which looks after the member, is no side where there is a station.
OF_APPRAISAL: Final = seats("city", "k1", "c1", "b1", "k2", others=HIDDEN)
PLAN: Final = f"/activity-plans/{plan_id_of('k2', 'b3', 2026)}"
OF_ACTIVITY: Final = seats("city", "k2", "c3", "b3", others=HIDDEN)

ROWS: Final[Mapping[tuple[str, str, str], Row]] = {
    ("mobility", "POST", "/departures"): Row(
        COMMITTEES | {SECRETARY}, ACTING_FOR_B1, "/departures", lambda _, n: going(n, "b1")
    ),
    ("mobility", "POST", "/arrivals"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, seats("city", "k1", "c1", "b1", others=FORBIDDEN), "/arrivals",
        lambda _, n: going(n, "b1"),
    ),
    ("mobility", "GET", "/departures/{departure_id}"): Row(PERSONS, OF_AWAY, "/departures/d2"),
    ("mobility", "GET", "/departures"): Row(PERSONS, OF_AWAY, "/departures?member_id=m2", shows="d2"),
    ("mobility", "GET", "/returns"): Row(PERSONS, EVERYWHERE, "/returns"),
    ("mobility", "PUT", "/departures/{departure_id}/destination"): away(
        "/departures/d2/destination", destination={"area_code": "350202", "place": "x"}, place_fixed=False
    ),
    ("mobility", "POST", "/departures/{departure_id}/station"): away("/departures/d2/station", station_id="s3"),
    ("mobility", "POST", "/departures/{departure_id}/verification"): away(
        "/departures/d2/verification", by="k2", outcome="found"
    ),
    ("mobility", "PUT", "/departures/{departure_id}/file"): away("/departures/d2/file", by="k2"),
    ("mobility", "POST", "/departures/{departure_id}/correction"): away("/departures/d2/correction"),
    ("mobility", "POST", "/departures/{departure_id}/return"): away(
        "/departures/d2/return", returned_on="2026-11-02"
    ),
    ("mobility", "POST", "/care/{care_id}/contacts"): away("/care/d2/contacts", role="origin", way="call"),
    ("mobility", "POST", "/care/{care_id}/duties/{duty_id}/completion"): away(
        "/care/d2/duties/yearly_report.origin/completion"
    ),
    ("mobility", "PUT", "/care/{care_id}/parties/{role}"): away("/care/d2/parties/origin", person_id="i1"),
    ("mobility", "POST", "/care/{care_id}/lead"): Row(
        COMMITTEES, ACTING_FOR_B1_OF_AWAY, "/care/d2/lead", given(by="b1", to_role="origin", reason="x")
    ),
    ("mobility", "GET", "/care/{care_id}"): Row(PERSONS, OF_CARE, "/care/d2"),
    ("mobility", "GET", "/care"): Row(PERSONS, OF_CARE, "/care", shows="d2"),
    ("mobility", "GET", "/care-duties"): Row(PERSONS, OF_CARE, "/care-duties?limit=200", shows="d2"),
    ("mobility", "POST", "/care-rules/{area_code}/versions"): Row(
        DEPARTMENTS, {**seats("city", "k1", "c1", others=FORBIDDEN)}, "/care-rules/350102/versions",
        given(by="c1", rules_version=1, effective_from="2027-01-01", source_document="x", rules={}),
    ),
    ("mobility", "GET", "/care-rules/{area_code}"): Row(PERSONS, EVERYWHERE, "/care-rules/350102"),
    ("mobility", "POST", "/care/{care_id}/opinions"): away("/care/d2/opinions", text="x"),
    ("mobility", "POST", "/opinions/{opinion_id}/reply"): Row(
        PERSONS - {AUDITOR}, OVER_B1, "/opinions/o2/reply", given(by="b1", taken_up=True, person_id="m2", text="x")
    ),
    ("mobility", "GET", "/opinions/{opinion_id}"): Row(PERSONS, OVER_B1, "/opinions/o2"),
    ("mobility", "GET", "/opinions"): Row(PERSONS, OVER_B1, "/opinions", shows="o2"),
    ("mobility", "POST", "/forms/{form_id}/versions"): Row(
        COMMITTEES, ON_C1, "/forms/f1/versions",
        given(by="c1", form_version=1, kind="questionnaire", title="x", items=[{"item_id": "a", "text": "x"}],
              source_document="x"),
    ),
    ("mobility", "GET", "/forms"): Row(PERSONS, EVERYWHERE, "/forms"),
    ("mobility", "POST", "/surveys"): Row(
        COMMITTEES | {HEAD, SECRETARY}, ON_C1, "/surveys",
        lambda _, n: {"by": "c1", "survey_id": f"v-{n}", "title": "x", "items": [{"item_id": "a", "text": "x"}],
                      "closes_on": "2099-01-01"},
    ),
    ("mobility", "PUT", "/surveys/{survey_id}/answers/{care_id}"): away(
        "/surveys/v1/answers/d2", answers={"wish": "x"}
    ),
    ("mobility", "POST", "/surveys/{survey_id}/withdrawal"): Row(
        COMMITTEES | {HEAD, SECRETARY}, ON_C1, "/surveys/v1/withdrawal", given(by="c1", text="x")
    ),
    ("mobility", "GET", "/surveys/{survey_id}"): Row(PERSONS, OF_CARE, "/surveys/v1"),
    ("mobility", "GET", "/surveys/{survey_id}/items/{item_id}/words"): Row(
        PERSONS, OF_CARE, "/surveys/v1/items/wish/words"
    ),
    ("mobility", "GET", "/surveys"): Row(PERSONS, OF_CARE, "/surveys", shows="v1"),
    ("mobility", "POST", "/care/{care_id}/appraisals/{year}"): Row(
        COMMITTEES | {HEAD, SECRETARY}, ACTING_FOR_B1_OF_AWAY, "/care/d2/appraisals/2020", lambda _, n: APPRAISING
    ),
    ("mobility", "PUT", "/appraisals/{appraisal_id}/sides/{role}"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, {**OF_APPRAISAL, "k2": FORBIDDEN}, "/appraisals/{appraisal}/sides/origin",
        given(by="b1", grade="qualified", answers={"goal": "x"}, text="x", person_id="i1"),
    ),
    ("mobility", "PUT", "/appraisals/{appraisal_id}/sides/{role}/of-body"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, {**OF_APPRAISAL, "k2": FORBIDDEN},
        "/appraisals/{appraisal}/sides/station/of-body", given(by="b1", answers={"goal": "x"}),
    ),
    ("mobility", "POST", "/appraisals/{appraisal_id}/decision"): Row(
        COMMITTEES, {**OF_APPRAISAL, "b1": FORBIDDEN, "k2": FORBIDDEN}, "/appraisals/{appraisal}/decision",
        given(by="c1", grade="qualified", text="x", person_id="i1"),
    ),
    ("mobility", "GET", "/appraisals/{appraisal_id}"): Row(PERSONS, OF_APPRAISAL, "/appraisals/{appraisal}"),
    ("mobility", "GET", "/appraisals"): Row(PERSONS, OF_APPRAISAL, "/appraisals", shows="{appraisal}"),
    ("mobility", "POST", "/activities"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, seats("city", "k2", others=FORBIDDEN), "/activities",
        lambda _, n: HOLDING | {"activity_id": f"ac-{n}"},
    ),
    ("mobility", "POST", "/activities/{activity_id}/agreement"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, OF_ACTIVITY, "/activities/ac1/agreement", given(by="b3", agreed=True)
    ),
    ("mobility", "POST", "/activities/{activity_id}/record"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, {**OF_ACTIVITY, "b3": FORBIDDEN, "c3": FORBIDDEN},
        "/activities/ac1/record", given(by="k2", held_on="2026-11-01", minutes=30, care_ids=["d2"]),
    ),
    ("mobility", "POST", "/activities/{activity_id}/cancellation"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, {**OF_ACTIVITY, "b3": FORBIDDEN, "c3": FORBIDDEN},
        "/activities/ac1/cancellation", given(by="k2", text="x"),
    ),
    ("mobility", "GET", "/activities/{activity_id}"): Row(PERSONS, OF_ACTIVITY, "/activities/ac1"),
    ("mobility", "GET", "/activities"): Row(PERSONS, OF_ACTIVITY, "/activities", shows="ac1"),
    ("mobility", "GET", "/activities/counts"): Row(PERSONS, EVERYWHERE, "/activities/counts"),
    ("mobility", "POST", "/activity-plans"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, seats("city", "k2", others=FORBIDDEN), "/activity-plans",
        lambda _, n: YEAR_OF_TWO,
    ),
    ("mobility", "POST", "/activity-plans/{plan_id}/agreement"): Row(
        COMMITTEES | {HEAD, INSTRUCTOR, SECRETARY}, OF_ACTIVITY, f"{PLAN}/agreement", given(by="b3", agreed=True)
    ),
    ("mobility", "GET", "/activity-plans/{plan_id}"): Row(PERSONS, OF_ACTIVITY, PLAN),
    ("mobility", "GET", "/activity-plans"): Row(PERSONS, OF_ACTIVITY, "/activity-plans", shows=PLAN.rsplit("/", 1)[-1]),
    ("mobility", "POST", "/cards"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/cards", lambda _, n: {"by": "b1", "card_id": f"card-{n}", "member_id": "m2"}
    ),
    ("mobility", "POST", "/cards/{card_id}/entries"): away("/cards/k2/entries", kind="dues", month="2026-10"),
    ("mobility", "POST", "/cards/{card_id}/reviews"): away("/cards/k2/reviews", year=2026, passed=True),
    ("mobility", "POST", "/cards/{card_id}/end"): away("/cards/k2/end", reason="lost"),
    ("mobility", "GET", "/cards/{card_id}"): Row(PERSONS, OF_AWAY, "/cards/k2"),
    ("mobility", "GET", "/cards"): Row(PERSONS, OVER_B1, "/cards?member_id=m2", shows="k2"),
    ("mobility", "POST", "/lost-contact"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/lost-contact",
        given(by="b1", member_id="i1", lost_since="2026-06-01", person_id="m2"),
    ),
    ("mobility", "POST", "/lost-contact/{member_id}/searches"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/lost-contact/i1/searches", given(by="b1", way="phone", text="x")
    ),
    ("mobility", "POST", "/lost-contact/{member_id}/restoration"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/lost-contact/i1/restoration", given(by="b1", restored_on="2026-11-01")
    ),
    ("mobility", "POST", "/lost-contact/{member_id}/decisions"): Row(
        COMMITTEES, {**OVER_B1, "b1": FORBIDDEN}, "/lost-contact/i1/decisions",
        given(by="b1", approved_by="c1", proposal="remove", agreed=True, person_id="m2", decided_on="2026-11-01",
               text="x"),
    ),
    ("mobility", "GET", "/lost-contact/{member_id}"): Row(PERSONS, OVER_B1, "/lost-contact/i1"),
    ("mobility", "GET", "/lost-contact"): Row(PERSONS, OVER_B1, "/lost-contact", shows="i1"),
    ("mobility", "PUT", "/talents/{member_id}"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/talents/m2", given(by="b1", kinds=["local_talent"], consent_document="x")
    ),
    ("mobility", "POST", "/talents/{member_id}/withdrawal"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/talents/m2/withdrawal", given(by="b1")
    ),
    ("mobility", "POST", "/talents/{member_id}/nominations"): Row(
        COMMITTEES | {SECRETARY}, OVER_B1, "/talents/m2/nominations",
        given(by="b1", kind="local_talent", body_id="c1", text="x"),
    ),
    ("mobility", "POST", "/talents/{member_id}/nominations/{nomination_id}/decision"): Row(
        COMMITTEES, OVER_C1, "/talents/m2/nominations/n2/decision",
        given(by="c1", accepted=True, person_id="m2", text="x"),
    ),
    ("mobility", "GET", "/talents/{member_id}"): Row(PERSONS - {HEAD, INSTRUCTOR}, OVER_B1, "/talents/m2"),
    ("mobility", "GET", "/nominations"): Row(PERSONS - {HEAD, INSTRUCTOR}, OVER_C1, "/nominations", shows="n2"),
    ("mobility", "GET", "/talents"): Row(PERSONS - {HEAD, INSTRUCTOR}, OVER_B1, "/talents", shows="m2"),
    ("mobility", "POST", "/branch-proposals/{proposal_id}/decision"): Row(
        COMMITTEES, OVER_C1, "/branch-proposals/{proposal}/decision", given(by="c1", agreed=False, text="x")
    ),
    ("mobility", "GET", "/branch-proposals/{proposal_id}"): Row(
        COMMITTEES | {AUDITOR}, OVER_C1, "/branch-proposals/{proposal}"
    ),
    ("mobility", "GET", "/branch-proposals"): Row(
        COMMITTEES | {AUDITOR}, OVER_C1, "/branch-proposals", shows="{proposal}"
    ),
}  # fmt: skip
