"""Finds the fallen payments, once for everybody who asks.

The histories that don't stand are read when they, or which one stands, have changed. What others' logs took
in of them, and which payments the standing history has as well, follows from the logs: these are gone through
in bounded steps while nobody waits, as the history index does. Without a fork it does nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ledger.chain import extend
from ledger.codec import split
from ledger.entries import Entry, decode_entry, entry_kind, transaction_start
from ledger.receipts import Receipt
from ledger.state import COMMONS
from ledger.transactions import Anchor, Kind, Pay, Return
from ledger.validators.interface import Validator
from node.engine.branches_kept import Branch, load_branches
from node.engine.core import Core
from node.engine.fallen import (
    FallenList,
    FallenPayment,
    FallenProof,
    ForkedLog,
    Outcome,
    branch_receipt,
    listed,
)
from node.engine.recording.proofs import path_to_signed
from node.errors import LogDamaged

_BATCH_BYTES = 256 * 1024


@dataclass(slots=True)
class _History:
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


class FallenWatch:
    """Keeps the list; reads only committed entries."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._validator: Validator | None = None
        self._shape: object = None
        self._histories: list[_History] = []
        self._upto: dict[int, int] = {}
        self._again: dict[int, dict[bytes, int]] = {}
        """By coop: which of the transactions stand as well, and as which entry."""
        self._wanted: dict[int, dict[bytes, int | None]] = {}
        self._list = FallenList()
        self._is_changed = False

    @property
    def found(self) -> FallenList:
        """What has fallen, as far as is known."""
        if not self._forked():
            return FallenList()
        return self._list if self._shape == self._shape_now() else FallenList(is_whole=False)

    def proof(self, head: bytes) -> FallenProof | None:
        """The receipts of the payment that has `head` after it; None when there is none to give."""
        payment = self.found.by_head.get(head)
        if payment is None:
            return None
        history = next(
            each for each in self._histories if each.coop == payment.coop and head in each.lengths
        )
        stands = self._core.newest.coops[payment.coop].stands
        reach = payment.number if stands is None else stands.length
        if history.branch is None:
            receipt = self._path(payment, reach=0)
        else:
            federation = self._core.newest.federation
            receipt = branch_receipt(
                history.branch, payment.number, federation=federation, reach=reach
            )
        is_covered = stands is not None and payment.number <= reach
        standing = self._path(payment, reach=reach) if is_covered else None
        if receipt is None:
            return None
        return FallenProof(
            payment=payment,
            receipt=receipt.encode(),
            standing=None if standing is None else standing.encode(),
        )

    def _path(self, payment: FallenPayment, *, reach: int) -> Receipt | None:
        """The receipt of the entry with the payment's number in the log that is held."""
        return path_to_signed(
            self._core.store,
            federation=self._core.newest.federation,
            coop=payment.coop,
            number=payment.number,
            reach=reach,
        )

    # Finding them.

    def is_behind(self) -> bool:
        """Whether there is something to look at."""
        if not self._forked():
            return False
        return self._shape != self._shape_now() or any(
            length > self._upto.get(coop, 0) for coop, length in self._lengths().items()
        )

    def catch_up(self) -> None:
        """Look at a bounded part of what is new."""
        if not self._forked():
            return
        if self._shape != self._shape_now():
            self._begin_anew()
        for coop, length in self._lengths().items():
            first = self._upto.get(coop, 0) + 1
            if first > length:
                continue
            try:
                batch = self._core.store.entries(coop, first, max_bytes=_BATCH_BYTES)
            except LogDamaged as damage:
                self._core.suspected.append(damage)
                continue
            if batch is not None:
                self._look_through(coop, first, split(batch.entries))
                self._upto[coop] = first + batch.count - 1
        if self._is_changed and not self.is_behind():
            self._is_changed = False
            self._list = self._listed()

    def _forked(self) -> list[int]:
        validator = self._core.validator
        return [coop for coop in validator.coops if validator.branches(coop)[1:]]

    def _lengths(self) -> dict[int, int]:
        core = self._core
        suspected = {damage.coop for damage in core.suspected}
        readable = set(core.validator.coops) - core.damaged.keys() - suspected
        return {coop: length for coop, (length, _) in core.store.logs().items() if coop in readable}

    def _shape_now(self) -> object:
        """What the histories that don't stand depend on."""
        validator = self._core.validator
        lengths: dict[tuple[int, int], int] = {}
        for coop in self._forked():
            standing = validator.standing(coop)
            lengths[coop, standing] = 0
            for branch in set(validator.branches(coop)) - {standing}:
                lengths[coop, branch] = validator.log(coop, branch=branch).length
        decided = [self._version(coop) for coop in self._forked()]
        return id(validator), lengths, decided

    def _version(self, coop: int) -> int | None:
        """By which version of the charter it is decided what stands, if it is."""
        stands = self._core.newest.coops[coop].stands
        return None if stands is None else stands.version

    def _begin_anew(self) -> None:
        self._validator = self._core.validator  # as long as it is held nothing else has its id
        self._shape = self._shape_now()
        self._histories, self._upto, self._wanted = [], {}, {}
        self._list, self._is_changed = FallenList(is_whole=False), True
        kept = load_branches(self._core.store)
        for coop in self._forked():
            branches = [None, *(each for each in kept if each.coop == coop)]
            standing = self._validator.standing(coop)
            for number, branch in enumerate(branches):
                if number != standing and number in self._validator.branches(coop):
                    self._histories.append(self._read(coop, number, branch, standing))
            self._wanted[coop] = {
                transaction: None
                for history in self._histories
                if history.coop == coop
                for _, transaction in history.payments
            }
            stands = branches[standing] if standing < len(branches) else None
            if stands is not None:
                # It is held beside the log: what is in it is bounded, and read at once.
                self._find_again(coop, self._entries(coop, stands, self._parted(coop)))

    def _read(self, coop: int, number: int, branch: Branch | None, standing: int) -> _History:
        assert self._validator is not None
        parted = _common_length(self._validator, coop, number, standing)
        history = _History(coop, branch, parted)
        head = self._validator.head_at(coop, parted, branch=number)
        assert head is not None, "of a forked log all heads are kept"
        length = self._validator.log(coop, branch=number).length
        for place, entry in self._entries(coop, branch, parted):
            if place > length:
                break  # The rules have ended it there.
            head = extend(head, entry)
            history.lengths[head] = place
            payment = self._payment(coop, place, head, entry)
            if payment is not None:
                history.payments.append((payment, entry[transaction_start(entry) :]))
        return history

    def _entries(self, coop: int, branch: Branch | None, after: int) -> Iterator[tuple[int, bytes]]:
        """The entries of a history beyond a length, each with its number."""
        store = self._core.store
        segments = store.segments(coop, after + 1) if branch is None else branch.segments(store)
        try:
            for segment in segments:
                if segment.last > after:
                    for number, entry in enumerate(split(segment.entries), segment.first):
                        if number > after:
                            yield number, entry
        except LogDamaged as damage:
            self._core.suspected.append(damage)

    def _payment(self, coop: int, number: int, head: bytes, data: bytes) -> FallenPayment | None:
        entry = decode_entry(data) if entry_kind(data) in (Kind.PAY, Kind.RETURN) else None
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
        data = self._core.store.entry(given.coop, given.number)
        entry = None if data is None else decode_entry(data)
        pay = entry.transaction if isinstance(entry, Entry) else None
        return pay if isinstance(pay, Pay) else None

    # What became of them.

    def _look_through(self, coop: int, first: int, entries: Sequence[bytes]) -> None:
        if coop in self._wanted and self._core.validator.standing(coop) == 0:
            parted = self._parted(coop)
            beyond = ((at, entry) for at, entry in enumerate(entries, first) if at > parted)
            self._find_again(coop, beyond)
        for number, entry in enumerate(entries, first):
            if entry_kind(entry) == Kind.ANCHOR:
                self._take_anchor(coop, number, entry)

    def _parted(self, coop: int) -> int:
        """The length that all histories of the coop's log share."""
        return min((each.parted for each in self._histories if each.coop == coop), default=0)

    def _find_again(self, coop: int, entries: Iterator[tuple[int, bytes]]) -> None:
        wanted = self._wanted[coop]
        for number, entry in entries:
            transaction = entry[transaction_start(entry) :]
            if transaction in wanted:
                wanted[transaction] = number
                self._is_changed = True

    def _take_anchor(self, coop: int, number: int, data: bytes) -> None:
        entry = decode_entry(data)
        anchor = entry.transaction if isinstance(entry, Entry) else None
        if not isinstance(anchor, Anchor):
            return
        for history in self._histories:
            if history.coop == anchor.coop and history.lengths.get(anchor.head) == anchor.length:
                history.taken.setdefault(coop, []).append((anchor.length, number))
                self._is_changed = True

    def _listed(self) -> FallenList:
        told: dict[bytes, FallenPayment] = {}
        for history in self._histories:
            for payment, transaction in history.payments:
                stands_as = self._wanted[history.coop][transaction]
                outcome = self._outcome(history, payment)
                if stands_as is None or outcome is not Outcome.UNDONE:
                    # Two histories that don't stand may share it.
                    present = told.get(payment.head)
                    if present is None or present.outcome is Outcome.UNDONE:
                        told[payment.head] = replace(payment, outcome=outcome, stands_as=stands_as)
        return listed([*told.values()], [self._fork(coop, told) for coop in self._wanted])

    def _outcome(self, history: _History, payment: FallenPayment) -> Outcome:
        taken = history.taken.get(payment.payee_coop, [])
        by = next((number for length, number in taken if length >= payment.number), None)
        if by is None:
            return Outcome.UNDONE
        if payment.payee == COMMONS:
            return Outcome.KEPT
        payee = self._core.validator.account(payment.payee_coop, payment.payee)
        is_open = payee is not None and payee.is_open_at(by - 1)
        return Outcome.KEPT if is_open else Outcome.COMMONS

    def _fork(self, coop: int, told: dict[bytes, FallenPayment]) -> ForkedLog:
        found = [each for each in told.values() if each.coop == coop]
        return ForkedLog(
            coop=coop,
            parted=self._parted(coop),
            version=self._version(coop),
            payments=len(found),
            amount=sum(each.amount for each in found),
            kept=sum(each.amount for each in found if each.outcome is not Outcome.UNDONE),
        )


def _common_length(validator: Validator, coop: int, one: int, other: int) -> int:
    """Up to which length two branches of a log are the same."""
    low = 0
    high = min(validator.log(coop, branch=each).length for each in (one, other))
    while low < high:
        middle = (low + high + 1) // 2
        heads = [validator.head_at(coop, middle, branch=each) for each in (one, other)]
        low, high = (middle, high) if heads[0] == heads[1] else (low, middle - 1)
    return low
