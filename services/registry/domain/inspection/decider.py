"""A look at a site against a checklist (六有、6+X、七有), one stream `inspection-<id>` each (domain W06, L11, Z10).

Each item of the cited version is met or not, with what shows it. Whatever is required and missing has to be put right by a
day; when that has passed, it is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.registry.domain.inspection.commands import (
    InspectionCommand,
    InspectSite,
    MarkRectificationOverdue,
    Rectify,
    Result,
)
from services.registry.domain.inspection.events import RectificationOverdue, SiteInspected, SiteRectified
from shared.kernel.calendar import end_of_day
from shared.kernel.decider import Decider
from shared.kernel.errors import Invalid, Refused
from shared.kernel.event import DomainEvent
from shared.kernel.timer import ArmTimer, CancelTimer, TimerChange

_RECTIFY = "rectify"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found, and what of it is missing still."""

    inspected: SiteInspected | None = None
    missing: tuple[str, ...] = ()
    rectified: tuple[Result, ...] = ()


def decide(command: InspectionCommand, state: Inspection) -> Sequence[DomainEvent]:
    """Errors: `checklist-items`, `evidence-missing`, `inspection-exists`, `inspection-unknown`, `nothing-to-rectify`,
    `rectify-by`, `rectified-on`.
    """
    if isinstance(command, InspectSite):
        return _inspect(command, state)
    if state.inspected is None:
        raise Refused("inspection-unknown", "there is no such inspection", remedy="check its id")
    match command:
        case Rectify():
            return _rectify(command, state, state.inspected)
        case MarkRectificationOverdue():
            if not state.missing or state.inspected.rectify_by is None:
                return []
            said = state.inspected.model_dump(include=set(RectificationOverdue.model_fields))
            return [RectificationOverdue(**said | {"missing": state.missing})]


def _inspect(command: InspectSite, state: Inspection) -> Sequence[DomainEvent]:
    found = [result.code for result in command.results]
    if sorted(found) != sorted(command.items):
        wrong = sorted(set(found) ^ set(command.items)) or sorted(code for code in found if found.count(code) > 1)
        raise Invalid(
            "checklist-items",
            f"version {command.number} of {command.document_id} has other items: {', '.join(dict.fromkeys(wrong))}",
            remedy="give each item of the checklist once",
            where="results",
        )
    _check_evidence(command.results)
    missing = tuple(one.code for one in command.results if not one.met and command.items[one.code])
    rectify_by = command.rectify_by if missing else None
    if missing and (rectify_by is None or rectify_by <= command.inspected_on):
        raise Invalid(
            "rectify-by",
            f"{', '.join(missing)} is missing and has to be put right",
            remedy="say by which later day",
            where="rectify_by",
        )
    facts = command.model_dump(exclude={"items", "rectify_by"})
    inspected = SiteInspected(**facts, rectify_by=rectify_by, missing=missing, passed=not missing)
    if state.inspected is None:
        return [inspected]
    if state.inspected == inspected:
        return []
    raise Refused("inspection-exists", "that is another inspection", remedy="use a new id")


def _check_evidence(results: tuple[Result, ...]) -> None:
    for one in results:
        if one.met and one.evidence is None and not one.note:
            raise Invalid(
                "evidence-missing",
                f"nothing shows that {one.code} is met",
                remedy="give the digest of a picture or a note",
                where=f"results.{one.code}",
            )


def _rectify(command: Rectify, state: Inspection, inspected: SiteInspected) -> Sequence[DomainEvent]:
    codes = [result.code for result in command.results]
    strangers = [code for code in codes if code not in inspected.missing]
    if strangers or len(set(codes)) < len(codes) or any(not one.met for one in command.results):
        raise Invalid(
            "nothing-to-rectify",
            f"what was missing is {', '.join(inspected.missing) or 'nothing'}",
            remedy="give what was put right, each once",
            where="results",
        )
    _check_evidence(command.results)
    if command.rectified_on < inspected.inspected_on:
        raise Invalid(
            "rectified-on",
            f"it was found missing on {inspected.inspected_on}",
            remedy="give the day on which it was put right",
            where="rectified_on",
        )
    done = tuple(one for one in command.results if one.code in state.missing)
    if not done:
        return []
    left = tuple(code for code in state.missing if code not in codes)
    return [
        SiteRectified(
            inspection_id=inspected.inspection_id,
            results=done,
            rectified_on=command.rectified_on,
            person_id=command.person_id,
            missing=left,
            passed=not left,
            so_far=(*state.rectified, *done),
        )
    ]


def evolve(state: Inspection, event: DomainEvent) -> Inspection:
    match event:
        case SiteInspected():
            return Inspection(event, event.missing)
        case SiteRectified():
            return replace(state, missing=event.missing, rectified=event.so_far or event.results)
        case _:
            return state


def timers(event: DomainEvent) -> Sequence[TimerChange]:
    match event:
        case SiteInspected() if event.rectify_by is not None:
            return [ArmTimer(_RECTIFY, end_of_day(event.rectify_by))]
        case SiteRectified() if event.passed:
            return [CancelTimer(_RECTIFY)]
        case _:
            return []


INSPECTION: Decider[InspectionCommand, Inspection] = Decider(
    stream_type="inspection",
    initial=Inspection(),
    decide=decide,
    evolve=evolve,
    events=(SiteInspected, SiteRectified, RectificationOverdue),
    timers=timers,
    on_timer=lambda _: MarkRectificationOverdue(),
)
