"""Trade graphs: what lines become payments, and what a made-up graph keeps to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.demo.graph import GraphError, Trade, make_graph, parse_graph, read_graph
from tests.conftest import IS_CI

SARAFU = Path(__file__).parents[4] / "shared/data/sarafu_net_debts.txt"


def test_lines_become_payments_in_order() -> None:
    graph = parse_graph(["# payer payee amount", "a b 12.5", "", "b c 3", "c a 0.01"])
    assert graph.names == ["a", "b", "c"]
    assert graph.trades == [Trade(0, 1, 1_250), Trade(1, 2, 300), Trade(2, 0, 1)]
    assert graph.rounded == 0


def test_more_than_two_decimals_are_rounded_half_to_even_and_counted() -> None:
    graph = parse_graph(["a b 1.005", "a b 1.015", "a b 1.016", "a b 1.01"])
    assert [trade.amount for trade in graph.trades] == [100, 102, 102, 101]
    assert graph.rounded == 3


@pytest.mark.parametrize(
    "line",
    ["a b", "a b 1 2", "a b x", "a b 0", "a b -1", "a b 0.001", "a b NaN", "a b 1e99", "a a 1"],
)
def test_what_no_ledger_could_take_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(GraphError) as caught:
        parse_graph(["a b 1", line])
    assert caught.value.line == 2


@given(st.integers(2, 200), st.integers(0, 300), st.integers())
def test_a_made_up_graph_is_the_same_for_the_same_seed(
    members: int, payments: int, seed: int
) -> None:
    graph = make_graph(members=members, payments=payments, seed=seed)
    assert graph == make_graph(members=members, payments=payments, seed=seed)
    assert len(graph.trades) == payments
    for trade in graph.trades:
        assert 0 <= trade.payer < members
        assert 0 <= trade.payee < members
        assert trade.payer != trade.payee
        assert trade.amount >= 1


def test_the_real_graph_is_read_whole() -> None:
    if not SARAFU.exists():
        assert not IS_CI or not SARAFU.parent.exists()
        pytest.skip("the sibling folder with the real trade graph is not here")
    graph = read_graph(SARAFU)
    assert (len(graph.names), len(graph.trades), graph.rounded) == (37_677, 94_223, 6)
