"""Places, what belongs to them, what is found there, what they cost, and who is on duty."""

from datetime import date
from typing import Any

import pytest

from services.registry.domain.duty.decider import DUTY, DutyPlanned, PlanDuty, ReplaceOnDuty
from services.registry.domain.funding.decider import FUNDING, FundingVoided, RecordFunding
from services.registry.domain.inspection.commands import InspectSite, MarkRectificationOverdue, Rectify, Result
from services.registry.domain.inspection.decider import INSPECTION, timers
from services.registry.domain.inspection.events import RectificationOverdue, SiteInspected, SiteRectified
from services.registry.domain.place.commands import ChangePlace, ClosePlace, OpenPlace, ReachStep
from services.registry.domain.place.decider import PLACE
from services.registry.domain.place.events import PlaceChanged
from services.registry.domain.records import VoidRecord
from services.registry.domain.relation.decider import RELATION, BeginRelation, EndRelation, relation_id
from services.registry.domain.relation.kinds import KINDS
from services.registry.domain.station.commands import ChangeStation, CloseStation, OpenStation
from services.registry.domain.station.decider import STATION
from services.registry.domain.vocabulary import PlatformStep
from shared.kernel.calendar import end_of_day
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.timer import ArmTimer, CancelTimer

DAY = date(2026, 3, 1)
DIGEST = "0" * 64


def after(decider: Decider[Any, Any], *commands: Any) -> Any:
    state = decider.initial
    for command in commands:
        state = decider.fold(decider.decide(command, state), state)
    return state


def platform(**changed: Any) -> OpenPlace:
    return OpenPlace(
        **{"place_id": "x", "kind": "platform", "form": "street", "name": "街区平台", "area_code": "410300",
           "organisation_id": "c1", "governance": "joint", "opened_on": DAY, **changed}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("place-form", {"form": "trade"}),
        ("place-form", {"kind": "grid", "form": "building", "governance": None}),
        ("place-governance", {"governance": None}),
        ("place-governance", {"kind": "grid", "form": "trade"}),
    ],
)
def test_a_place_is_of_a_form_and_governance_of_its_kind(code: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=rf"^{code}:"):
        PLACE.decide(platform(**changed), PLACE.initial)


def test_a_place_opens_once_changes_by_what_changed_and_closes() -> None:
    open_ = after(PLACE, platform())
    assert PLACE.decide(platform(), open_) == []
    with pytest.raises(Refused, match=r"^place-already-open:"):
        PLACE.decide(platform(name="另一个"), open_)
    change = ChangePlace(name="街区平台", governance="direct")
    assert PLACE.decide(change, open_) == [PlaceChanged(place_id="x", governance="direct")]
    with pytest.raises(Invalid, match=r"^place-dates:"):
        PLACE.decide(ClosePlace(closed_on=date(2026, 2, 28), reason="x"), open_)
    close = ClosePlace(closed_on=DAY, reason="x")
    closed = after(PLACE, platform(), close)
    assert PLACE.decide(close, closed) == []
    for command in (change, platform(), ReachStep(step="build_body", reached_on=DAY)):
        with pytest.raises(Refused, match=r"^place-(unknown|already-open):"):
            PLACE.decide(command, closed)


def test_a_platform_goes_through_four_steps_in_their_order() -> None:
    steps: tuple[PlatformStep, ...] = ("build_body", "set_rules", "gather_strength", "support_growth")
    commands: list[Any] = [platform()]
    for number, step in enumerate(steps):
        if number < 3:
            with pytest.raises(Refused, match=rf"^place-step: the next step is {step}"):
                PLACE.decide(ReachStep(step=steps[number + 1], reached_on=DAY), after(PLACE, *commands))
        commands.append(ReachStep(step=step, reached_on=DAY))
    done = after(PLACE, *commands)
    assert done.steps == steps
    assert PLACE.decide(ReachStep(step="set_rules", reached_on=DAY), done) == []
    grid = after(PLACE, platform(kind="grid", form="area", governance=None))
    with pytest.raises(Refused, match=r"^place-step: a grid has no such step"):
        PLACE.decide(ReachStep(step="build_body", reached_on=DAY), grid)


def begin(since: date = DAY, **changed: Any) -> BeginRelation:
    return BeginRelation(
        **{"relation_id": relation_id("serves", "s1", "o1"), "kind": "serves", "from_id": "s1", "to_scope": "organisation",
           "to_id": "o1", "organisation_id": "c1", "since": since, **changed}
    )  # fmt: skip


def test_a_relation_holds_from_a_day_to_a_day_and_may_hold_again() -> None:
    held = after(RELATION, begin())
    assert RELATION.decide(begin(date(2026, 4, 1)), held) == []
    ended = after(RELATION, begin(), EndRelation(until=date(2026, 5, 1)))
    assert RELATION.decide(EndRelation(until=date(2026, 5, 1)), ended) == []
    with pytest.raises(Invalid, match=r"^relation-dates:"):
        RELATION.decide(begin(date(2026, 5, 1)), ended)
    assert len(RELATION.decide(begin(date(2026, 5, 2)), ended)) == 1
    for command, state in ((EndRelation(until=date(2026, 2, 1)), held), (EndRelation(until=DAY), ended)):
        with pytest.raises(Invalid, match=r"^relation-dates:"):
            RELATION.decide(command, state)
    with pytest.raises(Refused, match=r"^relation-unknown:"):
        RELATION.decide(EndRelation(until=DAY), RELATION.initial)


@pytest.mark.parametrize("kind", KINDS)
def test_a_relation_leads_to_what_its_kind_allows(kind: str) -> None:
    with pytest.raises(Invalid, match=r"^relation-ends:"):
        RELATION.decide(begin(kind=kind, to_scope="group"), RELATION.initial)


def inspect(met: str = "ab", missing: str = "", **changed: Any) -> InspectSite:
    results = [Result(code=code, met=True, evidence=DIGEST) for code in met]
    results += [Result(code=code, met=False) for code in missing]
    return InspectSite(
        **{"inspection_id": "i", "scope": "site", "scope_id": "x", "organisation_id": "c1", "document_id": "liu-you",
           "number": 1, "items": {"a": True, "b": True, "x": False}, "results": tuple(results), "inspected_on": DAY,
           "inspected_by": "c1", "person_id": "m1", "rectify_by": date(2026, 4, 1), **changed}
    )  # fmt: skip


def test_a_site_passes_when_nothing_required_is_missing() -> None:
    [passed] = INSPECTION.decide(inspect("ab", "x"), INSPECTION.initial)
    assert isinstance(passed, SiteInspected)
    assert (passed.passed, passed.missing, passed.rectify_by) == (True, (), None)
    assert timers(passed) == []


def test_what_is_missing_is_put_right_by_a_day_or_told_of() -> None:
    [failed] = INSPECTION.decide(inspect("x", "ab"), INSPECTION.initial)
    assert isinstance(failed, SiteInspected)
    assert (failed.passed, failed.missing) == (False, ("a", "b"))
    assert timers(failed) == [ArmTimer("rectify", end_of_day(date(2026, 4, 1)))]
    state = INSPECTION.fold([failed])
    [late] = INSPECTION.decide(MarkRectificationOverdue(), state)
    assert isinstance(late, RectificationOverdue)
    assert late.missing == ("a", "b")

    def put_right(codes: str) -> Rectify:
        done = tuple(Result(code=code, met=True, note="已整改") for code in codes)
        return Rectify(results=done, rectified_on=date(2026, 3, 20), person_id="m1")

    [half] = INSPECTION.decide(put_right("a"), state)
    assert isinstance(half, SiteRectified)
    assert (half.missing, timers(half)) == (("b",), [])
    state = INSPECTION.evolve(state, half)
    assert INSPECTION.decide(put_right("a"), state) == []
    [rest] = INSPECTION.decide(put_right("b"), state)
    assert isinstance(rest, SiteRectified)
    assert (rest.passed, timers(rest)) == (True, [CancelTimer("rectify")])
    assert INSPECTION.decide(MarkRectificationOverdue(), INSPECTION.evolve(state, rest)) == []
    with pytest.raises(Invalid, match=r"^nothing-to-rectify:"):
        INSPECTION.decide(put_right("x"), state)


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("checklist-items", inspect("a", "x")),
        ("checklist-items", inspect("aab", "x")),
        ("checklist-items", inspect("abz", "x")),
        ("rectify-by", inspect("a", "bx", rectify_by=None)),
        ("rectify-by", inspect("a", "bx", rectify_by=DAY)),
        ("evidence-missing", inspect(results=tuple(Result(code=code, met=True) for code in "abx"))),
    ],
)
def test_an_inspection_covers_the_checklist_with_evidence(code: str, command: InspectSite) -> None:
    with pytest.raises(Invalid, match=rf"^{code}:"):
        INSPECTION.decide(command, INSPECTION.initial)


def test_money_is_recorded_once_and_what_was_wrong_is_voided() -> None:
    record = RecordFunding(
        funding_id="f", scope="station", scope_id="s1", organisation_id="c1", source="grant", year=2026,
        amount_fen=10_000_000, received_on=DAY, source_document="x",
    )  # fmt: skip
    known = after(FUNDING, record)
    assert FUNDING.decide(record, known) == []
    with pytest.raises(Refused, match=r"^funding-exists:"):
        FUNDING.decide(record.model_copy(update={"amount_fen": 1}), known)
    assert FUNDING.decide(VoidRecord(reason="重复"), known) == [FundingVoided(funding_id="f", reason="重复")]
    voided = after(FUNDING, record, VoidRecord(reason="重复"))
    assert FUNDING.decide(VoidRecord(reason="x"), voided) == []
    with pytest.raises(Refused, match=r"^funding-exists:"):
        FUNDING.decide(record, voided)
    with pytest.raises(Refused, match=r"^funding-unknown:"):
        FUNDING.decide(VoidRecord(reason="x"), FUNDING.initial)


def test_whoever_is_on_duty_can_be_replaced_by_somebody_who_is_not() -> None:
    plan = PlanDuty(station_id="s1", day=DAY, person_ids=("m1", "m2", "m1"))
    planned = after(DUTY, plan)
    assert planned.planned == DutyPlanned(station_id="s1", day=DAY, person_ids=("m1", "m2"))
    assert DUTY.decide(plan, planned) == []
    [swapped] = DUTY.decide(ReplaceOnDuty(person_id="m1", by="m3"), planned)
    assert isinstance(swapped, DutyPlanned)
    assert swapped.person_ids == ("m3", "m2")
    for command in (ReplaceOnDuty(person_id="m9", by="m3"), ReplaceOnDuty(person_id="m1", by="m2")):
        with pytest.raises(Refused, match=r"^not-on-duty:"):
            DUTY.decide(command, planned)


def test_a_closed_station_stays_closed() -> None:
    opening = OpenStation(
        station_id="s1", name="站", kind="guidance", area_code="430702", organisation_id="c1", pilot=True,
        functions=("convenience", "culture"),
    )  # fmt: skip
    close = CloseStation(station_id="s1", closed_on=DAY, reason="x")
    closed = after(STATION, opening, close)
    assert STATION.decide(close, closed) == []
    for command in (
        ChangeStation(station_id="s1", pilot=False),
        close.model_copy(update={"closed_on": date(2027, 1, 1)}),
    ):
        with pytest.raises(Refused, match=r"^station-unknown:"):
            STATION.decide(command, closed)
