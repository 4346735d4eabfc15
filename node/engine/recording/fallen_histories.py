"""The histories of a forked log that don't stand, as far as they are other than the one that does.

Read from the log itself, from branches beside it, and from what was dropped of those because no log
needs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.chain import extend
from ledger.codec import split
from ledger.entries import Entry, decode_entry, entry_kind, transaction_start
from ledger.kinds import PAYMENT_KINDS
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.rules.government.recoveries import former_keys
from ledger.rules.owning import check_payment_signature
from ledger.signatures import is_by
from ledger.state import COMMONS
from ledger.transactions import Kind, Pay, Return, signed_part
from ledger.validators.interface import Validator
from ledger.validators.reading import LogReader
from node.engine.branches_kept import Branch, log_before
from node.engine.core import Core
from node.engine.fallen import FallenPayment
from node.errors import LogDamaged
from node.store import Store


@dataclass(slots=True)
class History:
    """A history that does not stand, beyond what it shares with the one that does."""

    coop: int
    branch: Branch | None
    """None: it is the log that is held."""
    parted: int
    payments: list[tuple[FallenPayment, bytes]] = field(default_factory=list)
    """Each with its transaction."""
    lengths: dict[bytes, int] = field(default_factory=dict)
    """By the head that it has there."""
    taken: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By coop: the lengths of it that a log took in, and by which entry, in order."""


@dataclass(frozen=True, slots=True)
class HistoryReader:
    """Reads histories from the store; `validator` is the core's, as it was when it began."""

    core: Core
    validator: Validator

    def read(self, coop: int, number: int, branch: Branch | None, standing: int) -> History:
        parted = _common_length(self.validator, coop, number, standing)
        history = History(coop, branch, parted)
        head = self.validator.head_at(coop, parted, branch=number)
        assert head is not None, "of a forked log all heads are kept"
        length = self.validator.log(coop, branch=number).length
        for place, entry in self.entries(coop, branch, parted):
            if place > length:
                break  # The rules have ended it there.
            head = extend(head, entry)
            history.lengths[head] = place
            payment = self._payment(coop, place, head, entry)
            if payment is not None:
                history.payments.append((payment, entry[transaction_start(entry) :]))
        return history

    def entries(self, coop: int, branch: Branch | None, after: int) -> Iterator[tuple[int, bytes]]:
        """The entries of a history beyond a length, each with its number."""
        store = self.core.store
        pieces = (
            ((each.first, each.entries) for each in store.segments(coop, after + 1))
            if branch is None
            else _pieces(store, branch, after)
        )
        try:
            for first, entries in pieces:
                for number, entry in enumerate(split(entries), first):
                    if number > after:
                        yield number, entry
        except LogDamaged as damage:
            self.core.suspected.append(damage)

    def read_dropped(self, branch: Branch, standing: int) -> History:
        """A history that no log needs any more. The rules have not judged it: payers have to have signed."""
        coop = branch.coop
        history = History(coop, branch, branch.base)
        head = branch.parts[0].previous
        for place, entry in self.entries(coop, branch, branch.base):
            head = extend(head, entry)
            if place == history.parted + 1 and self._standing_head(coop, place, standing) == head:
                history.parted = place
                continue
            history.lengths[head] = place
            payment = self._payment(coop, place, head, entry)
            if payment is not None and (payment.is_return or self._is_signed(coop, entry)):
                history.payments.append((payment, entry[transaction_start(entry) :]))
        return history

    def _standing_head(self, coop: int, length: int, standing: int) -> bytes | None:
        if standing == 0:
            return self.core.head_at(coop, length)
        return self.core.validator.head_at(coop, length, branch=standing)

    def _is_signed(self, coop: int, data: bytes) -> bool:
        """Whether the payer's account, as the log has it, has signed a payment."""
        entry = decode_entry(data)
        pay = entry.transaction if isinstance(entry, Entry) else None
        payer = self.core.validator.account(coop, pay.payer) if isinstance(pay, Pay) else None
        if payer is None or not isinstance(pay, Pay):
            return False
        federation = self.core.newest.federation
        message = signed_bytes(TAG_ENTRY, federation=federation, coop=coop, body=signed_part(pay))
        log = LogReader(self.core.validator, coop)
        if check_payment_signature(log, payer, pay, message) is None:
            return True
        # Of a history that fell the payment may be by a key that the account had before.
        signature = pay.signature if pay.place is None else None
        earlier = (payer.key, *former_keys(log, payer.number))
        return isinstance(signature, bytes) and any(
            is_by(key, message, signature) for key in earlier
        )

    def _payment(self, coop: int, number: int, head: bytes, data: bytes) -> FallenPayment | None:
        entry = decode_entry(data) if entry_kind(data) in (*PAYMENT_KINDS, Kind.RETURN) else None
        if not isinstance(entry, Entry):
            return None
        given = entry.transaction
        pay = given if isinstance(given, Pay) else self._given_back(given)
        if pay is None:
            return None
        is_return = isinstance(given, Return)
        return FallenPayment(
            coop=coop,
            number=number,
            head=head,
            time=entry.time,
            payer=COMMONS if is_return else pay.payer,
            payee_coop=given.coop if isinstance(given, Return) else pay.payee_coop,
            payee=pay.payer if is_return else pay.payee,
            amount=pay.amount,
            fee=0 if is_return else pay.fee,
            is_return=is_return,
        )

    def _given_back(self, given: object) -> Pay | None:
        """The payment that a return gives back."""
        if not isinstance(given, Return):
            return None
        data = self.core.store.entry(given.coop, given.number)
        entry = None if data is None else decode_entry(data)
        pay = entry.transaction if isinstance(entry, Entry) else None
        return pay if isinstance(pay, Pay) else None


def _pieces(store: Store, branch: Branch, after: int) -> Iterator[tuple[int, bytes]]:
    """The entries of a branch beyond a length, in pieces, each with the number of its first."""
    for segment in log_before(store, branch, after + 1):
        yield segment.first, segment.entries
    for part in branch.parts:
        if part.signed.length > after:
            yield part.first, part.entries


def _common_length(validator: Validator, coop: int, one: int, other: int) -> int:
    """Up to which length two branches of a log are the same."""
    low = 0
    high = min(validator.log(coop, branch=each).length for each in (one, other))
    while low < high:
        middle = (low + high + 1) // 2
        heads = [validator.head_at(coop, middle, branch=each) for each in (one, other)]
        low, high = (middle, high) if heads[0] == heads[1] else (low, middle - 1)
    return low
