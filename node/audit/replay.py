"""The replay of one log, or of one branch of it, through the validator, piece by piece.

It stops at the first thing that does not hold, because what follows would be judged from a wrong state. Only
signatures over heads are judged at the end: which key a node had is known when all of the charter is.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgpack

from ledger.chain import SignedHead, is_signed_by
from ledger.codec import split
from ledger.entries import Entry, decode_entry
from ledger.errors import EncodingError, ProofError
from ledger.invariants import items_under_way
from ledger.kinds import KINDS, PAYMENT_KINDS
from ledger.refusals import Refusal
from ledger.state import Waiting
from ledger.transactions import Kind
from ledger.validators.interface import Validator
from node.audit.report import Fault, Finding, LogReport, Piece, SourceFault

Observer = Callable[[int, bytes], None]
"""Called with the coop and the bytes of the entries of each replayed stretch."""


@dataclass(slots=True, kw_only=True)
class LogReplay:
    """One log on its way through the validator; `length` and `head` are where it should end.

    `branch` is the number that the validator gave to a branch of it.
    """

    coop: int
    branch: int = 0
    length: int
    head: bytes
    pieces: Iterator[Piece | SourceFault]
    validator: Validator
    progress: Callable[[int], None]
    observe: Observer
    broken: set[int]
    """The coops whose logs have been found wrong; all replays of an audit share it."""
    pending: bytes = b""
    piece: Piece | None = None
    is_broken: bool = False
    waiting: Waiting | None = None
    done: int = 0
    signed: int = 0
    unproven: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    """Length, head and signature where the keys that were known so far did not fit."""
    paid: int = 0
    payments: Counter[int] = field(default_factory=Counter)
    """Of each account, those that its owner signed."""
    delegated: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Of each account and place, those by a delegated key."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether all of the log was applied and nothing was found.

        A branch of a fork may wait for ever, or end where the rules end it: nobody honest goes by more.
        """
        if self.branch:
            return all(finding.fault is Fault.ENTRY_REFUSED for finding in self.findings)
        return self.done == self.length and not self.findings

    def advance(self) -> bool:
        """Go on as far as possible; whether anything was applied."""
        before = self.done
        while not self.findings and self._may_go_on() and (self.pending or self._take_piece()):
            done = self.done
            self._apply()
            if not self.pending:
                self.give_up()
            elif self.done == done:
                break  # What it waits for is in a branch that it can't go by.
        return self.done > before

    def _may_go_on(self) -> bool:
        """Whether a branch has the head that this log waits for."""
        waiting = self.waiting
        return waiting is None or any(
            self.validator.head_at(waiting.coop, waiting.length, branch=branch) == waiting.head
            for branch in self.validator.branches(waiting.coop)
        )

    def judge_waiting(self) -> None:
        """Say that it is a fork if this log waits for an entry in another history than those held."""
        waiting = self.waiting
        # In a log that is broken the other history is the damage, not a fork. What waits in a branch that
        # was forged is nobody's loss.
        if self.branch or waiting is None or waiting.coop in self.broken:
            return
        if longest(self.validator, waiting.coop) >= waiting.length:
            self._find(
                Fault.FORK,
                "7.9",
                detail=f"the anchor takes in log {waiting.coop} at length {waiting.length} with "
                f"head {waiting.head.hex()}, which it can't go by here",
            )

    def _take_piece(self) -> bool:
        """Read the next piece and check its chain; whether there is something to apply."""
        if self.done == self.length:
            return False
        piece = next(self.pieces, None)
        if piece is None or isinstance(piece, SourceFault):
            detail = str(piece) if piece else f"the log ends here, not at entry {self.length}"
            self._find(Fault.UNREADABLE, "5", last=self.length, detail=detail)
            return False
        if piece.first != self.done + 1:
            self._find(Fault.UNREADABLE, "5", detail=f"what follows begins at entry {piece.first}")
            return False
        self.piece = piece
        try:
            piece = self.piece = cut(piece, self.length)
            count, head = self.validator.chain(self.coop, piece.entries, branch=self.branch)
        except EncodingError as error:
            self._find(
                Fault.NOT_ENTRIES,
                "2",
                last=piece.first + piece.count - 1,
                byte=0,
                detail=str(error),
            )
            return False
        self._check_chain(piece, count, head)
        self.pending = b"" if self.findings else piece.entries
        return bool(self.pending)

    def _check_chain(self, piece: Piece, count: int, head: bytes) -> None:
        last = piece.first + piece.count - 1
        previous = self.validator.log(self.coop, branch=self.branch).head
        if piece.previous is not None and piece.previous != previous:
            self._find(
                Fault.CHAIN_BROKEN,
                "5",
                last=last,
                byte=0,
                detail="the hash that these entries should follow is not that of the entry before",
            )
        elif count != piece.count:
            detail = f"there are {count} entries where {piece.count} should be"
            self._find(Fault.CHAIN_BROKEN, "5", last=last, detail=detail)
        elif piece.head is not None and head != piece.head:
            self._find_broken(piece, head)
        elif last == self.length and head != self.head:
            self._find(
                Fault.CHAIN_BROKEN, "5", last=last, detail="the last head is not the one announced"
            )
        elif piece.signature is not None:
            self._take_signature(length=last, head=head, signature=piece.signature)

    def _take_signature(self, *, length: int, head: bytes, signature: bytes) -> None:
        """Verify a signature, or put it by until all changes of the charter have been replayed."""
        if self._is_signed(length=length, head=head, signature=signature):
            self.signed = length
        else:
            self.unproven.append((length, head, signature))

    def judge_signatures(self) -> None:
        """Say which heads no key of the coop's node has signed, now that its keys are known."""
        for length, head, signature in self.unproven:
            if length > self.done:
                return
            if not self._is_signed(length=length, head=head, signature=signature):
                detail = (
                    f"the signature over the head at length {length} is not one of the coop's node"
                )
                self._find(Fault.HEAD_FORGED, "5", first=length, last=length, detail=detail)
                return
            self.signed = max(self.signed, length)

    def _find_broken(self, piece: Piece, head: bytes) -> None:
        """Narrow down what is wrong when the computed head is not the stored one."""
        last = piece.first + piece.count - 1
        signature = piece.signature
        if signature is not None and self._is_signed(length=last, head=head, signature=signature):
            detail = "the entries are as they were signed, but the stored chain hash is not theirs"
            self._find(Fault.HEAD_DAMAGED, "5", first=last, last=last, detail=detail)
            return
        # Applying them may tell which entry it is, now or once the logs that it anchors are there.
        self.is_broken = True
        self.broken.add(self.coop)

    def give_up(self) -> None:
        """Say that this log is broken though no single entry could be named."""
        if self.is_broken and not self.findings:
            last = self._piece().first + self._piece().count - 1
            detail = "no entry by itself breaks a rule, yet together they are not those hashed"
            self._find(
                Fault.CHAIN_BROKEN,
                "5",
                first=self._piece().first,
                last=last,
                byte=0,
                detail=detail,
            )

    def _is_signed(self, *, length: int, head: bytes, signature: bytes) -> bool:
        signed = SignedHead(coop=self.coop, length=length, head=head, signature=signature)
        charter = self.validator.newest_charter()
        coop = charter.coops.get(self.coop)
        if self.branch and coop is not None:
            # It may go on beyond where another key counts in the branch that stands.
            return is_signed_by(signed, coop.all_keys, charter)
        try:
            signed.check(charter)
        except ProofError:
            return False
        return True

    def _apply(self) -> None:
        """Apply what is pending, up to its end, a refused entry, or an anchor that has to wait."""
        result = self.validator.replay(self.coop, self.pending, branch=self.branch)
        applied = self.pending[: result.consumed]
        self._count_payments(applied)
        if not self.branch:
            self.observe(self.coop, applied)
        self.pending = self.pending[result.consumed :]
        self.done += result.count
        self.progress(result.count)
        self.waiting = result.waiting
        if result.refusal is None:
            return
        byte = len(self._piece().entries) - len(self.pending)
        if self.is_broken:
            detail = "its bytes are not those that were hashed"
            self._find(Fault.CHAIN_BROKEN, "5", byte=byte, refusal=result.refusal, detail=detail)
        else:
            clause = clause_of(result.refusal, split(self.pending)[0])
            self._find(Fault.ENTRY_REFUSED, clause, byte=byte, refusal=result.refusal)

    def _piece(self) -> Piece:
        """The piece that is being applied."""
        if self.piece is None:
            raise RuntimeError("no piece has been taken")
        return self.piece

    def _count_payments(self, entries: bytes) -> None:
        unpacker = msgpack.Unpacker(None, max_buffer_size=max(len(entries), 1))
        unpacker.feed(entries)
        transaction: list[Any]
        for _, transaction in unpacker:
            if transaction[0] in PAYMENT_KINDS:
                self.paid += transaction[5]
                if transaction[0] == Kind.PAY.value:
                    self.payments[transaction[1]] += 1
                else:
                    self.delegated[transaction[1], transaction[9]] += 1

    def _find(
        self,
        fault: Fault,
        clause: str,
        *,
        first: int | None = None,
        last: int | None = None,
        byte: int | None = None,
        refusal: Refusal | None = None,
        detail: str = "",
    ) -> None:
        """Note what stops this log, by default at the entry after the last one applied."""
        self.broken.add(self.coop)
        start = self.done + 1 if first is None else first
        self.findings.append(
            Finding(
                fault=fault,
                clause=clause,
                coop=self.coop,
                branch=self.head if self.branch else None,
                first=start,
                last=start if last is None else last,
                piece_first=None if self.piece is None or byte is None else self.piece.first,
                byte=byte,
                refusal=refusal,
                detail=detail,
            )
        )

    def report(self) -> LogReport:
        """What is known of the log so far."""
        log = self.validator.log(self.coop, branch=self.branch)
        transit = items_under_way(self.validator, self.coop, branch=self.branch)
        coop = self.validator.newest_charter().coops.get(self.coop)
        return LogReport(
            coop=self.coop,
            length=self.length,
            replayed=self.done,
            signed=min(self.signed, self.done),
            payments=self.payments.total() + self.delegated.total(),
            paid=self.paid,
            members=log.accounts,
            position=log.position,
            clearing_limit=0 if coop is None else coop.clearing_limit,
            in_transit=len(transit),
            in_transit_amount=sum(item.amount for item in transit),
            time=log.time,
        )


def longest(validator: Validator, coop: int) -> int:
    """How many entries the longest branch of the coop's log has."""
    return max(validator.log(coop, branch=each).length for each in validator.branches(coop))


def cut(piece: Piece, length: int) -> Piece:
    """The piece without what lies beyond `length`, which came after the audit began."""
    surplus = piece.first + piece.count - 1 - length
    if surplus <= 0:
        return piece
    entries = split(piece.entries)[:-surplus]
    return Piece(
        first=piece.first,
        entries=b"".join(entries),
        count=len(entries),
        previous=piece.previous,
    )


def clause_of(refusal: Refusal, entry: bytes) -> str:
    """The section of PROTOCOL with the rule by which `entry` is refused."""
    if refusal in _OF_EVERY_ENTRY:
        return "7.1"
    if refusal in _OF_STEWARDS:
        return "7.5"
    decoded = decode_entry(entry)
    return KINDS[decoded.transaction.kind].clause if isinstance(decoded, Entry) else "7.1"


_OF_EVERY_ENTRY = (
    Refusal.ENTRY_TOO_LARGE,
    Refusal.ENTRY_MALFORMED,
    Refusal.KIND_UNKNOWN,
    Refusal.TIME_OUT_OF_RANGE,
    Refusal.TIME_FALLS,
    Refusal.DAY_FULL,
    Refusal.COOP_NOT_ADMITTED,
)
_OF_STEWARDS = (Refusal.STEWARD_UNKNOWN, Refusal.STEWARDS_TOO_FEW)
