"""What payments and balances give to the commons: exact integers, rounded toward the member.

PROTOCOL section 13.9.
"""

from dataclasses import dataclass
from typing import Final

from ledger.government.articles import CLASSES

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """What the bylaws of a coop ask of payments; a coop without any asks nothing.

    `contribution`: how many millionths of the amount the fee has to be at least. `ceilings`: for each class
    of accounts the balance, in minor units, up to which payments from within the coop may bring one; 0: any.
    """

    contribution: int = 0
    ceilings: tuple[int, ...] = (0,) * CLASSES


@dataclass(frozen=True, slots=True)
class Rates:
    """What a levy takes of positive and of negative balances, in millionths of them."""

    positive: int
    negative: int

    def of(self, balance: int) -> int:
        """What it takes of a balance; all in minor units."""
        return share(abs(balance), self.positive if balance > 0 else self.negative)


def share(amount: int, millionths: int) -> int:
    """So many millionths of an amount, the part below a minor unit left out."""
    return amount * millionths // MILLION


def contribution_of(amount: int, *, rate: int, is_to_commons: bool = False) -> int:
    """The least fee of a payment, in minor units; what the payer's own commons gets owes none."""
    return 0 if is_to_commons else share(amount, rate)
