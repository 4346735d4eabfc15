"""Since when accounts are in debt: balances over time, as values, from what moved them.

An account is in debt from the entry that brings its balance below 0 to the one that brings it back. Of
stretches that are over, those of the last two years are kept, which is as long as anybody may be shown them
(Ley 25.326, article 26.4), and of these the newest `MOST_STRETCHES`. Exact integers: amounts in minor units,
times in Unix seconds. `recording.debt_watch` reads the logs for it.
"""

from array import array
from dataclasses import dataclass, field
from typing import Final

from ledger.government.commons import MILLION

MOST_STRETCHES: Final = 32
"""How many stretches that are over are kept of an account."""
KEPT_S: Final = 2 * 365 * 86_400
"""How long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in debt; `ended` is None while it lasts."""

    began: int
    ended: int | None


@dataclass(slots=True)
class Standing:
    """An account's balance, since when it is below 0 if it is, and when it was before."""

    balance: int = 0
    since: int | None = None
    forgotten: int = 0
    """Before this time nothing is known of stretches any more."""
    _over: "array[int]" = field(default_factory=lambda: array("q"))
    """Begin and end of those that are over, one after the other."""

    def move(self, amount: int, time: int) -> None:
        """The balance changes by `amount` at `time`, which never falls."""
        self.balance += amount
        if self.balance < 0:
            if self.since is None:
                self.since = time
        elif self.since is not None:
            if time > self.since:
                self._over.extend((self.since, time))
                self._forget(time)
            self.since = None

    def _forget(self, time: int) -> None:
        while self._over and (
            self._over[1] <= time - KEPT_S or len(self._over) > 2 * MOST_STRETCHES
        ):
            self.forgotten = self._over[1]
            del self._over[:2]

    def stretches(self) -> list[Stretch]:
        """Those that are kept, the oldest first, and the one that lasts."""
        over, since = self._over, self.since
        found = [Stretch(began=over[at], ended=over[at + 1]) for at in range(0, len(over), 2)]
        return found if since is None else [*found, Stretch(began=since, ended=None)]


@dataclass(slots=True)
class DebtBook:
    """The standings of the accounts of a coop, by number; who never moved anything is left out."""

    standings: dict[int, Standing] = field(default_factory=dict)

    def move(self, account: int, amount: int, time: int) -> None:
        """Change a balance."""
        found = self.standings.get(account)
        if found is None:
            found = self.standings[account] = Standing()
        found.move(amount, time)

    def levy(self, *, positive: int, negative: int, time: int) -> dict[int, int]:
        """Collect a levy, and say how much it took of whom; who pays nothing is left out.

        Rates in millionths, rounded toward the member (PROTOCOL section 13.10).
        """
        collected: dict[int, int] = {}
        for number, found in self.standings.items():
            balance = found.balance
            taken = abs(balance) * (positive if balance > 0 else negative) // MILLION
            if taken:
                found.move(-taken, time)
                collected[number] = taken
        return collected
