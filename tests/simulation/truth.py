"""What the simulation itself knows of an honest coop's log: every entry that its disk ever held.

An honest home node sends nothing before it is on its disk, so whatever anybody else holds of its log must
be a beginning of this.
"""

from collections import Counter
from dataclasses import dataclass, field

from ledger.chain import extend, genesis
from ledger.charter_entries import CharterEntry
from ledger.codec import split
from ledger.decisions import IndexEntry
from ledger.entries import Entry, decode_entry, transaction_start
from ledger.transactions import Anchor, Pay, Return
from node.store import MemoryDisk
from tests.simulation.decided import Decided
from tests.simulation.versions import Versions
from tests.simulation.world import Failure


@dataclass(slots=True)
class Truth:
    """One log. `heads[n]` is the head at length n; `payments` maps (payer, place, sequence) to an index.

    The place is that of a delegated key, and None where the account's owner pays.
    """

    coop: int
    federation: bytes
    heads: list[bytes] = field(default_factory=list)
    transactions: list[bytes] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    """The same as values, with their times."""
    places: dict[bytes, int] = field(default_factory=dict)
    payments: dict[tuple[int, int | None, int], int] = field(default_factory=dict)
    anchors: list[Anchor] = field(default_factory=list)
    versions: Versions | None = None
    """Judges what is recorded of the charter."""
    decided: Decided | None = None
    """With an index: judges what is recorded of it."""
    sent: list[tuple[int, int, int]] = field(default_factory=list)
    """Payments to other coops: number, payee coop, amount."""
    returned: list[tuple[int, int, int]] = field(default_factory=list)
    """Returns: number, coop, and which payment of its log is given back."""
    priced: int = 0
    """How many payments name a price."""

    def __post_init__(self) -> None:
        self.heads.append(genesis(federation=self.federation, coop=self.coop))

    @property
    def length(self) -> int:
        """How many entries there are."""
        return len(self.transactions)

    def follow(self, disk: MemoryDisk) -> None:
        """Take in what the home's disk has beyond; it must continue what was there."""
        new = []
        for segment in reversed(disk.segments.get(self.coop, [])):
            if segment.last <= self.length:
                break
            new.append(segment)
        for segment in reversed(new):
            entries = split(segment.entries)
            for entry in entries[max(0, self.length + 1 - segment.first) :]:
                self._append(entry)
            if segment.head != self.heads[segment.last]:
                raise Failure(f"the log of coop {self.coop} was rewritten before {segment.last}")

    def _append(self, data: bytes) -> None:
        entry = decode_entry(data)
        if not isinstance(entry, Entry):
            raise Failure(f"coop {self.coop} recorded an entry that is {entry.code}")
        transaction = data[transaction_start(data) :]
        self.heads.append(extend(self.heads[-1], data))
        self.transactions.append(transaction)
        self.entries.append(entry)
        self.places[transaction] = self.length
        if isinstance(entry.transaction, Pay):
            made = entry.transaction
            mark = (made.payer, made.place, made.sequence)
            if mark in self.payments:
                raise Failure(f"coop {self.coop} recorded (payer, place, sequence) {mark} twice")
            self.payments[mark] = self.length
            if entry.transaction.payee_coop != self.coop:
                pay = entry.transaction
                self.sent.append((self.length, pay.payee_coop, pay.amount))
            self.priced += entry.transaction.price is not None
            if self.decided is not None and self.coop in self.decided.logs:
                self.decided.check_paid(self.coop, entry.transaction, entry.time)
        elif isinstance(entry.transaction, Return):
            given = entry.transaction
            self.returned.append((self.length, given.coop, given.number))
        elif isinstance(entry.transaction, Anchor):
            self.anchors.append(entry.transaction)
        elif isinstance(entry.transaction, CharterEntry) and self.versions is not None:
            self.versions.take(self.coop, entry.transaction)
            if self.decided is not None:
                charter = self.versions.charter_of(self.coop)
                self.decided.change(self.coop, entry.transaction, charter)
        elif isinstance(entry.transaction, IndexEntry) and self.decided is not None:
            assert self.versions is not None, "decisions are judged by a log's charter"
            charter = self.versions.charter_of(self.coop)
            self.decided.take(self.coop, entry.transaction, charter)

    def amount_of(self, number: int) -> int:
        """The amount of a payment to another coop; 0 for any other entry."""
        return next((amount for n, _, amount in self.sent if n == number), 0)

    def payment_counts(self) -> Counter[int]:
        """How many payments the owner of each account has made."""
        return Counter(payer for payer, place, _ in self.payments if place is None)

    def check_beginning(self, length: int, head: bytes, who: str) -> None:
        """Fail unless this is the head at `length`."""
        if length > self.length or self.heads[length] != head:
            raise Failure(
                f"{who} holds {length} entries of the log of coop {self.coop} that are not its own"
            )
