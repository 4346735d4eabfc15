"""Spreading the members of a trade graph over cooperatives, keeping communities together cheaply.

Two steps, both deterministic:

1. **Communities** by label propagation with a bound on size (Raghavan, Albert and Kumara 2007; the bound
   as in Meyerhenke, Sanders and Schulz 2014). Everybody begins alone. In each round every member, in
   order of number, joins the community with which it has most payments, if that has room; among equals
   the one with the lowest number. `ROUNDS` rounds, or until nobody moves. A community has at most as
   many members as a cooperative's even share.
2. **Packing**: communities, the largest first, go to the cooperative with which they have most payments
   among those with room, among equals to the smallest. Room ends `SLACK_PERCENT` percent above the
   even share; a community that has room nowhere goes to the smallest cooperative, so that none has
   more than its share, the slack and one community.

It costs a few passes over the payments, seconds for a hundred thousand. It looks for good, not best: the
amounts paid play no part, and nobody moves after the packing.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from cli.demo.graph import TradeGraph

ROUNDS: Final = 8
SLACK_PERCENT: Final = 5


def spread_members(graph: TradeGraph, coops: int) -> list[int]:
    """The cooperative of each member, as an index from 0 to `coops` - 1."""
    neighbours = _neighbours(graph)
    labels = find_communities(neighbours, largest=max(1, len(neighbours) // coops))
    return _pack(neighbours, labels, coops)


def local_share(graph: TradeGraph, homes: Sequence[int]) -> float:
    """Which part of the payments stays within a cooperative, from 0 to 1; 1 when there are none."""
    local = sum(homes[trade.payer] == homes[trade.payee] for trade in graph.trades)
    return local / len(graph.trades) if graph.trades else 1.0


def _neighbours(graph: TradeGraph) -> list[Counter[int]]:
    """For each member, how many payments there are with each other member, in either direction."""
    neighbours: list[Counter[int]] = [Counter() for _ in graph.names]
    for trade in graph.trades:
        neighbours[trade.payer][trade.payee] += 1
        neighbours[trade.payee][trade.payer] += 1
    return neighbours


def find_communities(neighbours: Sequence[Counter[int]], *, largest: int) -> list[int]:
    """A label for each member; those with the same label are a community of at most `largest`."""
    labels = list(range(len(neighbours)))
    sizes = [1] * len(neighbours)
    for _ in range(ROUNDS):
        moved = 0
        for member, others in enumerate(neighbours):
            pull: defaultdict[int, int] = defaultdict(int)
            for other, payments in others.items():
                pull[labels[other]] += payments
            here = labels[member]
            best, strength = here, pull.get(here, 0)
            for label, payments in pull.items():
                if label != here and sizes[label] >= largest:
                    continue
                if payments > strength or (payments == strength and label < best):
                    best, strength = label, payments
            if best != here:
                sizes[here] -= 1
                sizes[best] += 1
                labels[member] = best
                moved += 1
        if not moved:
            break
    return labels


def _pack(neighbours: Sequence[Counter[int]], labels: Sequence[int], coops: int) -> list[int]:
    communities: defaultdict[int, list[int]] = defaultdict(list)
    for member, label in enumerate(labels):
        communities[label].append(member)
    room = -(-len(labels) * (100 + SLACK_PERCENT) // (100 * coops))
    homes = [-1] * len(labels)
    sizes = [0] * coops
    for label in sorted(communities, key=lambda each: (-len(communities[each]), each)):
        members = communities[label]
        pull: Counter[int] = Counter()
        for member in members:
            for other, payments in neighbours[member].items():
                if homes[other] >= 0:
                    pull[homes[other]] += payments
        # Without room anywhere, which the slack makes rare, the emptiest takes it.
        open_coops = [coop for coop in range(coops) if sizes[coop] + len(members) <= room]
        candidates = open_coops or [min(range(coops), key=lambda coop: sizes[coop])]
        chosen = min(candidates, key=lambda coop: (-pull[coop], sizes[coop], coop))
        for member in members:
            homes[member] = chosen
        sizes[chosen] += len(members)
    return homes
