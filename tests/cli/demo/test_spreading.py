"""Members are spread evenly, the same way every time, and communities stay together."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from cli.demo.graph import Trade, TradeGraph, make_graph
from cli.demo.spreading import SLACK_PERCENT, local_share, spread_members


def test_separate_communities_stay_whole() -> None:
    """Twelve groups of ten that trade only among themselves, over three coops."""
    trades = [
        Trade(group * 10 + a, group * 10 + b, 100)
        for group in range(12)
        for a in range(10)
        for b in range(10)
        if a != b
    ]
    graph = TradeGraph(names=[str(i) for i in range(120)], trades=trades)
    homes = spread_members(graph, 3)
    assert local_share(graph, homes) == 1
    assert sorted(Counter(homes).values()) == [40, 40, 40]


@given(st.integers(2, 120), st.integers(0, 300), st.integers(1, 6), st.integers(0, 1_000))
def test_nobody_is_left_out_and_no_coop_is_overfull(
    members: int, payments: int, coops: int, seed: int
) -> None:
    graph = make_graph(members=members, payments=payments, seed=seed)
    homes = spread_members(graph, coops)
    assert homes == spread_members(graph, coops)
    assert len(homes) == members
    assert set(homes) <= set(range(coops))
    room = -(-members * (100 + SLACK_PERCENT) // (100 * coops))
    assert max(Counter(homes).values()) <= room + max(1, members // coops)


def test_real_looking_graphs_stay_mostly_local() -> None:
    graph = make_graph(members=2_000, payments=8_000, seed=7)
    assert local_share(graph, spread_members(graph, 4)) > 0.8
    assert local_share(graph, [member % 4 for member in range(2_000)]) < 0.3
