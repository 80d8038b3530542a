"""Who guides an organisation by the line of the competent authority (domain Z07, L28)."""

from datetime import date

import pytest

from services.registry.domain.organisation.decider import ORGANISATION
from services.registry.domain.organisation.events import PartyOrganisationFounded
from services.registry.domain.organisation.guidance import GuideOrganisation, PartyOrganisationGuided
from services.registry.domain.vocabulary import OrganisationKind
from shared.kernel.errors import Invalid, Refused

TODAY = date(2026, 6, 1)
FOUNDED = PartyOrganisationFounded(
    organisation_id="o1", name="甲党委", kind="committee", parent_id="c1", area_code="430702",
    can_approve_probationary=False,
)  # fmt: skip


def guide(by: str | None, since: date = TODAY, kind: OrganisationKind | None = "committee") -> GuideOrganisation:
    return GuideOrganisation(organisation_id="o1", guided_by=by, guide_kind=kind, since=since, today=TODAY)


def guided(by: str | None, since: date = TODAY) -> PartyOrganisationGuided:
    return PartyOrganisationGuided(organisation_id="o1", guided_by=by, since=since)


def decide(command: GuideOrganisation, *before: PartyOrganisationGuided) -> list[object]:
    return list(ORGANISATION.decide(command, ORGANISATION.fold([FOUNDED, *before])))


def test_somebody_guides_it_beside_its_superior() -> None:
    assert decide(guide("a1")) == [guided("a1")]
    state = ORGANISATION.fold([FOUNDED, guided("a1")])
    assert (state.guided_by, state.guided_since, state.parent_id) == ("a1", TODAY, "c1")


def test_said_again_it_is_no_news() -> None:
    assert decide(guide("a1"), guided("a1")) == []
    assert decide(guide(None)) == []


def test_another_takes_over_or_nobody_does() -> None:
    earlier = guided("a1", date(2026, 1, 1))
    assert decide(guide("a2"), earlier) == [guided("a2")]
    assert decide(guide(None), earlier) == [guided(None)]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (guide("a1", date(2026, 6, 2)), "guidance-later"),
        (guide("o1"), "guided-by-itself"),
        (guide("a1", kind=None), "guide-unknown"),
        (guide("a1", kind="joint_branch"), "guide-is-a-branch"),
    ],
)
def test_what_cannot_be_is_refused(command: GuideOrganisation, code: str) -> None:
    with pytest.raises((Invalid, Refused)) as refused:
        decide(command)
    assert refused.value.code == code


def test_what_was_settled_for_a_day_is_not_settled_otherwise_for_an_earlier_one() -> None:
    with pytest.raises(Refused) as refused:
        decide(guide("a2", date(2026, 2, 1)), guided("a1", date(2026, 3, 1)))
    assert refused.value.code == "guidance-overlaps"


def test_only_what_exists_is_guided() -> None:
    with pytest.raises(Refused) as refused:
        ORGANISATION.decide(guide("a1"), ORGANISATION.initial)
    assert refused.value.code == "organisation-unknown"
