"""征求意见: only who was asked answers, and in time; the results add up, and tell nobody who said what."""

from typing import Any, Final

from shared.eventstore.records import StoredEvent
from tests.simulation.checks.once import REQUEST
from tests.simulation.violation import Violation

SMALLEST: Final = 5
"""Of fewer people nothing is shown: said here once more, as the promise that the services have to keep."""


class _Survey:
    def __init__(self, data: dict[str, Any]) -> None:
        self.closes_at = data["closes_at"]
        self.count = data["asked"]
        self.asked: list[str] = []
        self.told: list[str] = []
        self.branches: dict[str, str] = {}
        self.results: dict[str, Any] | None = None
        self.withdrawn = False


class Surveys:
    """Surveys by their own facts; what was answered is not looked at."""

    def __init__(self) -> None:
        self._surveys: dict[str, _Survey] = {}
        self._touched: set[str] = set()

    def see(self, event: StoredEvent) -> None:
        if not event.type.startswith("survey-"):
            return
        data = event.data
        identity = data["survey_id"]
        if event.type == "survey-opened":
            if identity in self._surveys:
                raise Violation(f"the survey {identity} was opened twice")
            self._surveys[identity] = _Survey(data)
        survey = self._surveys[identity]
        self._touched.add(identity)
        match event.type:
            case "survey-asked":
                survey.asked += data["member_ids"]
            case "survey-answered":
                if survey.results is not None or survey.withdrawn:
                    raise Violation(f"{data['member_id']} answered the survey {identity}, which had closed")
                if data["member_id"] not in survey.asked:
                    raise Violation(f"{data['member_id']} answered the survey {identity}, and was not asked")
                survey.branches[data["member_id"]] = data["branch_id"]
            case "survey-closed":
                if survey.results is not None or survey.withdrawn or event.meta["actor"].startswith(REQUEST):
                    raise Violation(f"the survey {identity} was closed twice, or by {event.meta['actor']}")
                survey.results = data["results"]
            case "survey-withdrawn":
                if survey.results is not None or survey.withdrawn:
                    raise Violation(f"the survey {identity} was taken back, and its results are out")
                survey.withdrawn = True
            case "survey-results-out":
                survey.told += data["member_ids"]

    def after_commit(self) -> None:
        """When a work is done: everybody was asked once, and everybody hears of the results once they are there."""
        for identity in self._touched:
            survey = self._surveys[identity]
            if len(survey.asked) != survey.count or len(set(survey.asked)) != survey.count or survey.count < SMALLEST:
                raise Violation(f"the survey {identity} is of {survey.count}, and asks {len(set(survey.asked))}")
            if survey.told != (survey.asked if survey.results is not None else []):
                raise Violation(f"{len(survey.told)} of {survey.count} hear what came of the survey {identity}")
            if survey.results is not None:
                _add_up(identity, survey, survey.results)
        self._touched.clear()

    def unfinished(self, now: str) -> list[str]:
        """At rest: surveys whose time is over, and of which nothing came."""
        return [
            f"the survey {identity} should have closed at {one.closes_at}"
            for identity, one in sorted(self._surveys.items())
            if one.results is None and not one.withdrawn and one.closes_at < now
        ]


def _add_up(identity: str, survey: _Survey, results: dict[str, Any]) -> None:
    sizes: dict[str, int] = {}
    for branch in survey.branches.values():
        sizes[branch] = sizes.get(branch, 0) + 1
    answered = sum(sizes.values())
    if (results["asked"], results["answered"]) != (survey.count, answered):
        raise Violation(f"the survey {identity} counts {results['answered']} answers, there were {answered}")
    if (results["total"] is not None) != (answered >= SMALLEST):
        raise Violation(f"of {answered} who answered the survey {identity} the total is shown, or of enough it is not")
    shown = {branch: one["answered"] for branch, one in results["branches"].items()}
    hidden = answered - sum(shown.values())
    too_small = any(size != sizes.get(branch) or size < SMALLEST for branch, size in shown.items())
    if too_small or (shown and 0 < hidden < SMALLEST):
        raise Violation(f"the survey {identity} shows {sorted(shown.values())} of {answered}: a group is too small")
    if results["not_shown"] != len(sizes) - len(shown):
        raise Violation(f"the survey {identity} says that {results['not_shown']} branches are not shown")
    for counted in (one for one in (results["total"], *results["branches"].values()) if one is not None):
        if any(sum(chosen.values()) > counted["answered"] for chosen in counted["options"].values()):
            raise Violation(f"the survey {identity} counts more choices than answers")
