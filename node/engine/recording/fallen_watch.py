"""Finds the fallen payments, once for everybody who asks.

The histories that don't stand are read when they, or which one stands, have changed. What others' logs took
in of them, and which payments the standing history has as well, follows from the logs: these are gone through
in bounded steps while nobody waits, as the history index does. Without a fork it does nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ledger.codec import split
from ledger.entries import Entry, decode_entry, entry_kind, transaction_start
from ledger.receipts import Receipt
from ledger.state import COMMONS
from ledger.transactions import Anchor, Kind
from ledger.validators.interface import Validator
from node.engine.branches_kept import Branch, load_branches, load_fallen
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
from node.engine.recording.fallen_histories import History, HistoryReader
from node.engine.recording.proofs import path_to_signed
from node.errors import LogDamaged

_BATCH_BYTES = 256 * 1024


class FallenWatch:
    """Keeps the list; reads only committed entries."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._validator: Validator | None = None
        self._shape: object = None
        self._looked_at: Validator | None = None
        self._dropped: dict[int, list[Branch]] = {}
        """Histories that no log needs any more, by coop."""
        self._histories: list[History] = []
        self._upto: dict[int, int] = {}
        self._wanted: dict[int, dict[bytes, int | None]] = {}
        """By coop: which of the transactions stand as well, and as which entry."""
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
        if validator is not self._looked_at:
            # Whatever is dropped, the state is made anew with it.
            self._looked_at = validator
            self._dropped = {}
            for branch in load_fallen(self._core.store):
                self._dropped.setdefault(branch.coop, []).append(branch)
        return [
            coop
            for coop in validator.coops
            if validator.branches(coop)[1:] or coop in self._dropped
        ]

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
        reader = HistoryReader(self._core, self._validator)
        kept = load_branches(self._core.store)
        for coop in self._forked():
            standing = self._validator.standing(coop)
            for dropped in self._dropped.get(coop, ()):
                self._histories.append(reader.read_dropped(dropped, standing))
            branches = [None, *(each for each in kept if each.coop == coop)]
            for number, branch in enumerate(branches):
                if number != standing and number in self._validator.branches(coop):
                    self._histories.append(reader.read(coop, number, branch, standing))
            self._wanted[coop] = {
                transaction: None
                for history in self._histories
                if history.coop == coop
                for _, transaction in history.payments
            }
            stands = branches[standing] if standing < len(branches) else None
            if stands is not None:
                # It is held beside the log: what is in it is bounded, and read at once.
                self._find_again(coop, reader.entries(coop, stands, self._parted(coop)))

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

    def _outcome(self, history: History, payment: FallenPayment) -> Outcome:
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
