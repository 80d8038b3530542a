"""意见建议 at a centre or on a platform (domain L20): they have an answer, by a named body, in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.registry.domain.opinion.decider import (
    OPINION,
    OpinionOverdue,
    OpinionReplied,
    OpinionSubmitted,
    SubmitOpinion,
    check_speaker,
)
from shared.kernel.errors import Invalid, Refused
from shared.kernel.opinion import MarkOpinionOverdue, ReplyOpinion
from shared.kernel.question import SILENCE
from shared.kernel.timer import ArmTimer, CancelTimer
from tests.support.sealed_words import sealed_words

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
DUE = NOW + timedelta(days=30)
SAID = SubmitOpinion(
    opinion_id="o1", scope="station", scope_id="s1", organisation_id="c1", kind="request", voice="unit", speaker_id="u1",
    text="希望开设法律咨询", entered_by="c1", body_id="b1", superior_id="c1", due_at=DUE, submitted_at=NOW,
)  # fmt: skip
SILENT = MarkOpinionOverdue(due_at=DUE + SILENCE)


def answer(**changed: Any) -> ReplyOpinion:
    said = {"taken_up": True, "text": "下月起每周五", "replied_by": "b1", "person_id": "m1", "replied_at": NOW}
    return ReplyOpinion.model_validate(said | changed)


def test_the_body_that_was_asked_answers_once_whoever_said_it() -> None:
    [submitted] = OPINION.decide(SAID, OPINION.initial)
    assert isinstance(submitted, OpinionSubmitted)
    assert OPINION.timers(submitted) == [ArmTimer("opinion-silence", SILENT.due_at)]
    held = OPINION.fold([submitted])
    assert OPINION.decide(SAID, held) == []
    with pytest.raises(Refused, match=r"^opinion-exists:"):
        OPINION.decide(SAID.model_copy(update={"text": "别的"}), held)
    with pytest.raises(Refused, match=r"^not-the-body:"):
        OPINION.decide(answer(replied_by="c1"), held)
    [replied] = OPINION.decide(answer(), held)
    assert isinstance(replied, OpinionReplied)
    assert (replied.scope, replied.scope_id, replied.text) == ("station", "s1", "下月起每周五")
    assert OPINION.timers(replied) == [CancelTimer("opinion-silence")]
    done = OPINION.fold([submitted, replied])
    assert OPINION.decide(answer(), done) == []
    assert OPINION.decide(SILENT, done) == []
    with pytest.raises(Refused, match=r"^replied-already:"):
        OPINION.decide(answer(taken_up=False), done)


def test_silence_is_told_to_the_superior_once_and_not_who_said_what() -> None:
    held = OPINION.fold(OPINION.decide(SAID, OPINION.initial))
    [overdue] = OPINION.decide(SILENT, held)
    assert overdue == OpinionOverdue(
        opinion_id="o1", scope="station", scope_id="s1", body_id="b1", superior_id="c1", due_at=DUE
    )
    late = OPINION.fold([overdue], held)
    assert OPINION.decide(SILENT, late) == []
    assert len(OPINION.decide(answer(), late)) == 1


def test_residents_are_not_named_and_whoever_speaks_for_a_unit_names_it() -> None:
    check_speaker("member", "m1")
    check_speaker("resident", None)
    for voice, speaker in (("resident", "m1"), ("unit", None), ("member", None)):
        with pytest.raises(Invalid, match=r"^opinion-speaker:"):
            check_speaker(voice, speaker)  # type: ignore[arg-type]


def test_an_event_with_the_words_of_a_member_in_clear_cannot_be_made() -> None:
    said = SAID.model_copy(update={"voice": "member", "speaker_id": "m9"})
    with pytest.raises(ValueError, match="sealed before they are kept"):
        OPINION.decide(said, OPINION.initial)
    [submitted] = OPINION.decide(said.model_copy(update={"text": sealed_words("说")}), OPINION.initial)
    held = OPINION.fold([submitted])
    with pytest.raises(ValueError, match="sealed before they are kept"):
        OPINION.decide(answer(), held)
    assert OPINION.decide(answer(text=sealed_words("答")), held)
