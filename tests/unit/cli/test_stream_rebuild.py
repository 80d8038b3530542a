"""A stream is deleted only when all of it can be filled again."""

import pytest

from services.cli.catalogue import entry
from services.cli.installation import KnownService
from services.cli.streams import check_rebuildable, said
from shared.kernel.errors import Refused
from shared.messaging.whole_stream import Hole

MOBILITY = KnownService(entry("mobility"), None, None)


@pytest.mark.parametrize(("end", "last", "count"), [(7, 7, 7), (3, 7, 7), (0, 0, 0)])
def test_what_the_database_has_whole_may_be_made_anew(end: int, last: int, count: int) -> None:
    check_rebuildable(MOBILITY, end, last, count)


@pytest.mark.parametrize(
    ("end", "last", "count", "code"),
    [(8, 7, 7, "stream-ahead"), (7, 7, 6, "database-holed"), (1, 0, 0, "stream-ahead")],
)
def test_what_only_the_stream_has_is_kept(end: int, last: int, count: int, code: str) -> None:
    with pytest.raises(Refused) as error:
        check_rebuildable(MOBILITY, end, last, count)
    assert error.value.code == code
    assert "mobility" in error.value.detail
    assert error.value.remedy


def test_many_holes_are_told_in_few_words() -> None:
    assert said([]) == ""
    assert said([Hole(2, 2), Hole(4, 9)]) == "2, 4-9"
    assert said([Hole(n, n) for n in range(1, 20, 2)]) == "1, 3, 5, 7, 9 and 5 more places"
