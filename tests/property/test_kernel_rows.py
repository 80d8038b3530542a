"""Row changes taken in rounds do what they would have done one by one, and no round touches a row twice."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from shared.eventstore.rows import Add, Key, Put, Remove, Row, RowChange, rounds

TABLES = ("a", "b")
COLUMNS = ("x", "y", "z")

addresses = st.tuples(st.sampled_from(TABLES), st.tuples(st.integers(0, 2)))
puts = st.dictionaries(st.sampled_from(COLUMNS), st.integers(-9, 9))
adds = st.dictionaries(st.sampled_from(COLUMNS), st.integers(-9, 9), min_size=1)
changes = st.one_of(
    st.builds(lambda at, values: Put(at[0], at[1], values), addresses, puts),
    st.builds(lambda at, values: Add(at[0], at[1], values), addresses, adds),
    st.builds(lambda at: Remove(*at), addresses),
)

Tables = dict[str, dict[Key, Row]]


def one_by_one(todo: Iterable[RowChange], tables: Tables) -> Tables:
    """What the changes mean, said as plainly as can be."""
    for change in todo:
        table = tables.setdefault(change.table, {})
        match change:
            case Put():
                table[change.key] = table.get(change.key, {}) | dict(change.values)
            case Add():
                row = table.setdefault(change.key, {})
                for column, amount in change.values.items():
                    row[column] = row.get(column, 0) + amount
            case Remove():
                table.pop(change.key, None)
    return tables


def copied(tables: Tables) -> Tables:
    return {name: {key: dict(row) for key, row in table.items()} for name, table in tables.items()}


@given(st.lists(changes, max_size=30), st.lists(changes, max_size=30))
def test_rounds_give_the_same_rows_as_the_changes_in_order(before: list[RowChange], todo: list[RowChange]) -> None:
    start = one_by_one(before, {name: {} for name in TABLES})
    expected = one_by_one(todo, copied(start))
    got = copied(start)
    for one in rounds(todo):
        got = one_by_one(one, got)
    assert got == expected


@given(st.lists(changes, max_size=40))
def test_no_round_touches_a_row_twice(todo: list[RowChange]) -> None:
    for one in rounds(todo):
        touched = [(change.table, change.key) for change in one]
        assert len(touched) == len(set(touched))


@given(st.lists(changes, max_size=40))
def test_the_order_within_a_round_does_not_matter(todo: list[RowChange]) -> None:
    # The statements of a round run kind by kind, not in the order given.
    plain: Tables = {name: {} for name in TABLES}
    turned: Tables = {name: {} for name in TABLES}
    for one in rounds(todo):
        one_by_one(one, plain)
        one_by_one(reversed(one), turned)
    assert plain == turned


@given(st.lists(addresses, max_size=20), st.integers(1, 9))
def test_changes_of_one_kind_need_one_round(at: list[tuple[str, tuple[int]]], amount: int) -> None:
    assert len(rounds([Add(*one, {"x": amount}) for one in at])) <= 1
    assert len(rounds([Put(*one, {"x": amount}) for one in at])) <= 1
