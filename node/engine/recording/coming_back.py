"""What came back to members when a coop left: payments that were on their way to it (PROTOCOL section 7.6).

The log of a coop that has left ends. Whoever anchors its last entry gets back what it had not taken in. Which
payments these are follows from the two logs: they are gone through once, in bounded steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgpack

from ledger.entries import entry_kind
from ledger.kinds import PAYMENT_KINDS
from ledger.transactions import Kind
from ledger.validators.interface import Validator
from ledger.validators.reading import has_ended
from node.store import HistoryRow, Role


def is_last_entry(validator: Validator, coop: int, length: int) -> bool:
    """Whether the log of `coop` has ended with entry `length`, because the coop has left and is settled."""
    if coop not in validator.coops or validator.log(coop).length != length:
        return False
    return has_ended(validator, coop)


def has_come_back(validator: Validator, *, home: int, number: int, payee_coop: int) -> bool:
    """Whether entry `number` of the log of `home`, a payment to `payee_coop`, came back when that left."""
    anchored = validator.log(home).anchored.get(payee_coop, 0)
    return is_last_entry(validator, payee_coop, anchored) and (
        validator.log(payee_coop).anchored.get(home, 0) < number
    )


@dataclass(slots=True)
class ComingBack:
    """The search for what entry `anchor` of the log of `home`, the last anchor of `left`, brought back."""

    home: int
    left: int
    anchor: int
    time: int
    next: int
    """Where to go on: it begins after what the coop that left had taken in."""
    rows: list[HistoryRow] = field(default_factory=list)

    @classmethod
    def at(cls, validator: Validator, home: int, number: int, entry: bytes) -> "ComingBack | None":
        """The search that an entry of the log of `home` asks for, if it is such an anchor."""
        if entry_kind(entry) != Kind.ANCHOR:
            return None
        time, (_, left, length, *_) = msgpack.unpackb(entry)
        if not is_last_entry(validator, left, length):
            return None
        taken = validator.log(left).anchored.get(home, 0)
        return cls(home=home, left=left, anchor=number, time=time, next=taken + 1)

    @property
    def is_over(self) -> bool:
        """Whether all entries before the anchor have been looked at."""
        return self.next >= self.anchor

    def look_at(self, validator: Validator, entries: Sequence[bytes]) -> None:
        """Take in the next entries of the log of `home`."""
        for number, entry in enumerate(entries, self.next):
            if number < self.anchor and entry_kind(entry) in PAYMENT_KINDS:
                self._look_at_payment(validator, number, entry)
        self.next += len(entries)

    def _look_at_payment(self, validator: Validator, number: int, entry: bytes) -> None:
        _, (_, payer, _, payee_coop, _, amount, *_) = msgpack.unpackb(entry)
        account = validator.account(self.home, payer) if payee_coop == self.left else None
        # What comes back to an account that has closed meanwhile stays with the common fund.
        if account is not None and account.is_open_at(self.anchor - 1):
            self.rows.append(
                HistoryRow(
                    coop=self.home,
                    account=payer,
                    time=self.time,
                    log=self.left,
                    number=number,
                    role=Role.LEFT,
                    amount=amount,
                )
            )
