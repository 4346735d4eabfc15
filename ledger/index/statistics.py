"""From a survey's prices to one level, and from the levels of many coops to one.

Within an item, **Jevons**: the geometric mean of the price relatives of its shops,

    J = (p1 / b1 * ... * pm / bm) ** (1 / m)

with p a shop's price now and b its price in the base week; only shops with both count. Where an item was
*linked* because its shops changed, J is the product of one such mean for each stretch between two links, each
of the shops that have prices at both of its ends. Across items,
**Laspeyres** with fixed weights: the weighted arithmetic mean of the items' relatives,

    I = sum(w * J) / sum(w)

Source: ILO/IMF/OECD/Eurostat/UN/World Bank, Consumer Price Index Manual: Concepts and Methods (2020),
chapter 8, which compiles an index in these two stages: elementary indices, of which Jevons is one, then
an aggregate with fixed weights of a base period.

*Missing prices*: an item without a price that can be compared leaves the sum, and its weight with it, so
it is taken to have moved as the others did together. When the items that are left carry less than half
of the weight there is no index: too little was seen.

Between coops, the **median** of the levels, of at least `needed` coops; of an even number, the half-even
mean of the middle two. A level further from the median than the cap on a step is marked as an outlier.
It still counts, because a median is safe from it; it is marked so that people look.

All of it is exact or rounded once. No prices are collected or stored here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.errors import LedgerError
from ledger.index.chains import TENTHS
from ledger.index.conversion import divide_half_even
from ledger.index.exact import CONTEXT, decimal_from_fraction, times_power, to_millionths


class SurveyError(LedgerError):
    """A survey or a set of levels that gives no result."""


@dataclass(eq=False)
class TooLittleSeen(SurveyError):
    """The items with prices carry `weight_seen` of `weight_total`, which is less than half."""

    weight_seen: int
    weight_total: int


@dataclass(eq=False)
class TooFewCoops(SurveyError):
    """`given` coops published a level; the charter needs `needed`."""

    given: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePair:
    """One shop's price of one item in the base week and now, in hundredths of the currency, above 0."""

    base: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What became of one item of the basket."""

    weight: int
    shops: int
    """How many shops had both prices, since the last link; 0 when the item is missing."""
    relative: Decimal | None
    """The geometric mean of their relatives; None when the item is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketResult:
    """The index of a basket: 1 means that prices are as in the base week."""

    index: Decimal
    items: Mapping[str, ItemResult]
    weight_seen: int
    weight_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianResult:
    """The certified level, in millionths, and the coops whose own is far from it."""

    level: int
    outliers: tuple[int, ...]
    """Numbers of coops, rising."""


def jevons(pairs: Sequence[PricePair]) -> Decimal:
    """The geometric mean of the price relatives of one item's shops.

    Raises `ValueError` when there is none, or a price is not above 0.
    """
    if not pairs or any(pair.base < 1 or pair.now < 1 for pair in pairs):
        raise ValueError("an item needs a price, and prices are above 0")
    product = Fraction(1)
    for pair in pairs:
        product *= Fraction(pair.now, pair.base)
    return times_power(Decimal(1), factor=product, numerator=1, denominator=len(pairs))


def _linked(stretches: Sequence[Sequence[PricePair]]) -> Decimal | None:
    """What an item's prices moved by over all stretches; None where one of them has no price to compare."""
    relative = Decimal(1)
    for pairs in stretches:
        if not pairs:
            return None
        relative = CONTEXT.multiply(relative, jevons(pairs))
    return relative


def laspeyres(
    weights: Mapping[str, int],
    pairs_by_item: Mapping[str, Sequence[PricePair]],
    *,
    earlier: Mapping[str, Sequence[Sequence[PricePair]]] | None = None,
) -> BasketResult:
    """The index of a basket with `weights` (above 0, in any one unit) from its items' prices.

    The pairs of an item are those since it was linked last; `earlier` are those of the stretches before.
    Raises `TooLittleSeen`, and `ValueError` for weights or items that are not a basket's.
    """
    if not weights or any(weight < 1 for weight in weights.values()):
        raise ValueError("a basket needs items, and weights are above 0")
    before = {} if earlier is None else earlier
    if not pairs_by_item.keys() | before.keys() <= weights.keys():
        raise ValueError("there are prices of an item that is not in the basket")
    items = {}
    for name in sorted(weights):
        stretches = [*before.get(name, ()), pairs_by_item.get(name, ())]
        items[name] = ItemResult(
            weight=weights[name], shops=len(stretches[-1]), relative=_linked(stretches)
        )
    seen = [item for item in items.values() if item.relative is not None]
    weight_seen = sum(item.weight for item in seen)
    weight_total = sum(weights.values())
    if 2 * weight_seen < weight_total:
        raise TooLittleSeen(weight_seen, weight_total)
    total = Decimal(0)
    for item in seen:
        total = CONTEXT.fma(Decimal(item.weight), item.relative or Decimal(0), total)
    return BasketResult(
        index=CONTEXT.divide(total, Decimal(weight_seen)),
        items=items,
        weight_seen=weight_seen,
        weight_total=weight_total,
    )


def level_from_index(index: Decimal, *, base_level: int) -> int:
    """A basket's index as a level: what cost `base_level` in its base week costs now, in millionths."""
    scaled = CONTEXT.multiply(index, decimal_from_fraction(Fraction(base_level, 1_000_000)))
    return to_millionths(scaled)


def median_level(levels: Mapping[int, int], *, needed: int, cap: int) -> MedianResult:
    """The median of coops' levels (number of the coop -> millionths), and who is far from it.

    `cap` is in tenths of a percent, the charter's cap on a step. Raises `TooFewCoops`.
    """
    if len(levels) < max(needed, 1):
        raise TooFewCoops(len(levels), needed)
    ordered = sorted(levels.values())
    middle = len(ordered) // 2
    level = ordered[middle]
    if len(ordered) % 2 == 0:
        level = divide_half_even(ordered[middle - 1] + ordered[middle], divisor=2)
    outliers = sorted(
        coop
        for coop, own in levels.items()
        if own * TENTHS > level * (TENTHS + cap) or own * (TENTHS + cap) < level * TENTHS
    )
    return MedianResult(level=level, outliers=tuple(outliers))
