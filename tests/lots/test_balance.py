from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from suyuan.lots.balance import excess_output, excess_use, in_common_unit, with_amounts
from suyuan.lots.model import Amount, Direction

quantities = st.decimals(min_value=0, max_value=10**6, places=3)
amounts = st.tuples(
    st.sampled_from(Direction),
    st.builds(Amount, quantities, st.sampled_from(["KGM", "GRM", "", "LTR", "CT"])),
)


def kg(quantity):
    return Amount(Decimal(quantity), "KGM")


@given(st.lists(amounts, max_size=20), st.randoms())
def test_sums_do_not_depend_on_the_order_of_telling(told, random):
    shuffled = told[:]
    random.shuffle(shuffled)
    assert with_amounts({}, told) == with_amounts({}, shuffled)


@given(st.lists(amounts, max_size=20), st.integers(0, 20))
def test_telling_in_parts_gives_the_same_sums(told, cut):
    assert with_amounts(with_amounts({}, told[:cut]), told[cut:]) == with_amounts({}, told)


@given(st.lists(amounts, max_size=20))
def test_what_is_found_in_excess_is_really_more(told):
    sums = with_amounts({}, told)
    for excess in (*excess_output(sums), *excess_use(sums)):
        assert excess.more > excess.than


def test_masses_are_compared_across_units_exactly():
    assert in_common_unit(Amount(Decimal(1500), "GRM")) == Amount(Decimal("1.500"), "KGM")
    told = [(Direction.USED, Amount(Decimal(100000), "GRM")), (Direction.MADE, kg("100.001"))]
    (excess,) = excess_output(with_amounts({}, told))
    assert (excess.uom, excess.more, excess.than) == ("KGM", Decimal("100.001"), Decimal(100))
    told = [(Direction.USED, Amount(Decimal("0.1"), "KGM"))] * 3 + [(Direction.MADE, kg("0.3"))]
    assert excess_output(with_amounts({}, told)) == []


def test_a_unit_that_only_one_side_states_says_nothing():
    told = [(Direction.USED, kg(10)), (Direction.MADE, Amount(Decimal(1000), ""))]
    assert excess_output(with_amounts({}, told)) == []


def test_use_is_held_against_what_was_made_and_only_else_against_what_was_received():
    used, received = (Direction.USED, kg(50)), (Direction.RECEIVED, kg(10))
    assert len(excess_use(with_amounts({}, [used, received]))) == 1
    assert excess_use(with_amounts({}, [used, received, (Direction.MADE, kg(50))])) == []
    assert excess_use(with_amounts({}, [used])) == []
