"""Token buckets: how fast they fill, and that they cannot fill the memory."""

from hypothesis import given
from hypothesis import strategies as st

from shared.web.rate_limit import Buckets, Rate


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    now = [100.0]
    buckets = Buckets(Rate(2, 3), now=lambda: now[0])

    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0  # another's bucket is another's
    now[0] += 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == 0.5
    now[0] += 3600
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]  # a long rest fills it, and no more than that


@given(pauses=st.lists(st.floats(min_value=0, max_value=2), max_size=60))
def test_nobody_gets_more_than_burst_and_rate_allow(pauses: list[float]) -> None:
    now = [0.0]
    buckets = Buckets(Rate(5, 4), now=lambda: now[0])
    granted = 0
    for pause in pauses:
        now[0] += pause
        wait = buckets.take("a")
        granted += wait == 0
        assert 0 <= wait <= 1 / 5
        assert granted <= 4 + 5 * now[0] + 1e-6


def test_any_number_of_clients_takes_bounded_memory() -> None:
    buckets = Buckets(Rate(1, 1), most=100, now=lambda: 0.0)

    for number in range(1000):
        buckets.take(f"address {number}")
    assert len(buckets) == 100
    assert buckets.take("address 999") > 0  # the latest are remembered
