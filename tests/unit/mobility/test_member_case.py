"""Domain T23: one open transfer per member."""

from services.mobility.domain.member_case import MEMBER_CASE, CaseClosed, CaseOpened, CloseCase, OpenCase
from tests.unit.mobility.bdd import given
from tests.unit.mobility.transfers import T0


def opens(transfer_id: str, resent_of: str | None = None) -> OpenCase:
    return OpenCase(member_id="m1", transfer_id=transfer_id, opened_at=T0, resent_of=resent_of)


def closes(transfer_id: str) -> CloseCase:
    return CloseCase(member_id="m1", transfer_id=transfer_id, closed_at=T0)


def test_first_transfer_opens_the_case() -> None:
    state = given(MEMBER_CASE).when(opens("t1")).then(CaseOpened(member_id="m1", transfer_id="t1", opened_at=T0))
    assert state.open == "t1"


def test_second_transfer_is_refused_while_the_first_is_open() -> None:
    given(MEMBER_CASE, opens("t1")).when(opens("t2")).then_refused("transfer-already-open")


def test_another_transfer_may_open_after_the_first_was_closed() -> None:
    assert given(MEMBER_CASE, opens("t1"), closes("t1")).when(opens("t2")).then(CaseOpened).open == "t2"


def test_corrected_transfer_takes_the_place_of_the_one_it_cites() -> None:
    state = given(MEMBER_CASE, opens("t1")).when(opens("t2", resent_of="t1")).then(CaseClosed, CaseOpened)
    assert state.open == "t2"


def test_corrected_transfer_cannot_displace_another_open_one() -> None:
    given(MEMBER_CASE, opens("t1")).when(opens("t3", resent_of="t2")).then_refused("transfer-already-open")


def test_what_is_closed_cannot_be_sent_again() -> None:
    given(MEMBER_CASE, opens("t1"), closes("t1")).when(opens("t2", resent_of="t1")).then_refused("resent-not-open")


def test_repeats_do_nothing_even_after_the_end() -> None:
    given(MEMBER_CASE, opens("t1")).when(opens("t1")).then_nothing()
    given(MEMBER_CASE, opens("t1"), closes("t1")).when(opens("t1")).then_nothing()
    given(MEMBER_CASE, opens("t1"), closes("t1")).when(closes("t1")).then_nothing()
    given(MEMBER_CASE, opens("t1"), opens("t2", resent_of="t1")).when(closes("t1")).then_nothing()


def test_only_the_open_transfer_can_be_closed() -> None:
    given(MEMBER_CASE, opens("t1")).when(closes("t2")).then_refused("case-not-open")
