"""A trade graph: who paid whom how much, from a file or made up from a seed.

A file has a line `payer payee amount` for each payment, in the order in which they are made. Payer and
payee are any names without blanks; the amount is in units. More than two decimals are rounded half to
even, and lines of zero, or from somebody to themselves, are refused, because no ledger could take them.

A made-up graph is like a market: members in neighbourhoods of about `NEIGHBOURS`, most payments within
the neighbourhood, a few members with many customers.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from cli.shell.language import say
from node.member.amounts import LARGEST_AMOUNT, MINOR_UNITS_PER_UNIT

NEIGHBOURS: Final = 40
LOCAL_PERCENT: Final = 90
LARGEST_MADE_UP_AMOUNT: Final = 20_000
"""Minor units."""


@dataclass(eq=False)
class GraphError(Exception):
    """Line `line` of the file is not a payment; `problem` says why in a few words."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Trade:
    """One payment of the graph between members by their numbers; `amount` in minor units."""

    payer: int
    payee: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeGraph:
    """Members by name, and their payments in order. `rounded` lines had more than two decimals."""

    names: Sequence[str]
    trades: Sequence[Trade]
    rounded: int = 0


def read_graph(path: Path) -> TradeGraph:
    """Read a file; raises `GraphError` or `OSError`."""
    with path.open(encoding="utf-8") as file:
        return parse_graph(file)


def parse_graph(lines: Iterable[str]) -> TradeGraph:
    """Read the lines of a file. Blank ones and those that begin with # are passed over."""
    numbers: dict[str, int] = {}
    trades = []
    rounded = 0
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 3:
            raise GraphError(place, say("it should be: payer payee amount"))
        payer, payee = (numbers.setdefault(word, len(numbers)) for word in words[:2])
        if payer == payee:
            raise GraphError(place, say("nobody can pay themselves"))
        amount, is_rounded = _amount(words[2], place)
        rounded += is_rounded
        trades.append(Trade(payer, payee, amount))
    return TradeGraph(names=list(numbers), trades=trades, rounded=rounded)


def _amount(text: str, place: int) -> tuple[int, bool]:
    """Minor units, and whether they are rounded."""
    try:
        exact = Decimal(text) * MINOR_UNITS_PER_UNIT
        amount = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError):
        raise GraphError(place, say("its amount is not a number")) from None
    if not 1 <= amount <= LARGEST_AMOUNT:
        raise GraphError(place, say("its amount is out of range"))
    return amount, amount != exact


def make_graph(*, members: int, payments: int, seed: int) -> TradeGraph:
    """A made-up graph; the same numbers give the same graph. `members` is at least 2."""
    chance = random.Random(seed)
    trades = []
    for _ in range(payments):
        payer = chance.randrange(members)
        first = payer // NEIGHBOURS * NEIGHBOURS
        last = min(first + NEIGHBOURS, members)
        is_local = chance.randrange(100) < LOCAL_PERCENT and last - first > 1
        low, high = (first, last) if is_local else (0, members)
        # The smaller of two draws: some members have many more customers than others.
        payee = min(chance.randrange(low, high), chance.randrange(low, high))
        if payee == payer:
            payee = payer + 1 if payer + 1 < high else low
        trades.append(Trade(payer, payee, chance.randint(1, LARGEST_MADE_UP_AMOUNT)))
    return TradeGraph(names=[str(number) for number in range(members)], trades=trades)
