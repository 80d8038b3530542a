"""Whose business an instructor's assessment is: that of the organisations at which the instructor holds a post."""

from collections import defaultdict
from collections.abc import Sequence

from services.assessment.projections.tables import INSTRUCTORS, ORGANISATIONS
from shared.runtime.definition import Running
from shared.security.policy import Concern


async def posted(running: Running, instructor_ids: Sequence[str]) -> dict[str, Concern]:
    """By instructor. Posts that were left count too: who was responsible goes on seeing what was assessed then."""
    if len(instructor_ids) == 1:
        rows = await running.store.find_rows(INSTRUCTORS.name, {"person_id": instructor_ids[0]})
    else:
        rows = await running.store.find_rows(INSTRUCTORS.name, {})
    stations = await running.directory.stations({row["scope_id"] for row in rows if row["scope"] == "station"})
    places: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        scope_id = row["scope_id"]
        if row["scope"] == "organisation":
            places[row["person_id"]].append(scope_id)
        elif row["scope"] == "unit":
            hosted = await running.store.find_rows(ORGANISATIONS.name, {"unit_uscc": scope_id})
            places[row["person_id"]] += [str(one["organisation_id"]) for one in hosted]
        elif scope_id in stations:
            places[row["person_id"]].append(str(stations[scope_id]["organisation_id"]))
    return {one: Concern(tuple(places[one]), persons=(one,)) for one in instructor_ids}
