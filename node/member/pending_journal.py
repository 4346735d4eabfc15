"""What a wallet has signed and may have sent, so that nothing is ever paid twice.

The rule: **before a payment is sent, its exact bytes are on the disk.** A client that loses the
answer sends the same bytes again, which can only be recorded once. It never signs other bytes
under the same or the next sequence number before it knows what became of them.

    begin   the payment is signed; its bytes are durable when `begin` returns; only then send them
    finish  the node answered: recorded (the sequence number is used) or refused (it is free again)

An answer that never came leaves the payment pending, in this process and the next. At most one
payment is pending at a time: the ledger orders a payer's payments without gaps, so nothing could
overtake it.

All this is about one account: sequence numbers are an account's, and one key may have several, in other
cooperatives and federations. A payment that is pending for one of them does not hold up the others.

The journal is one file beside the wallet (`pending_format`), replaced whole. It holds the payee, amount and
memo of a pending payment in clear, for its owner only, and forgets them at `finish`; of the newest recorded
payments it keeps a fingerprint, so that the same order is recognised when it is given again. After a write
that failed, nobody knows what is on the disk: the journal then refuses to go on until it is opened again.

Losing the file is safe as long as nothing is pending. It does not talk to the node or sign.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Final

from ledger.codec import MAX
from ledger.entries import decode_transaction
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SignatureInvalid, verify
from ledger.transactions import Pay, signed_part
from node.member.answers import read_bytes
from node.member.pending_format import (
    UNNAMED,
    AccountPart,
    JournalContent,
    JournalDamaged,
    JournalError,
    PaymentIntent,
    PendingPayment,
    RecordedPayment,
    parse_journal,
    render_journal,
)
from node.member.private_files import DiskFiles, PrivateFiles
from node.member.wallet_lock import WalletLock

__all__ = (
    "JournalAccount",
    "JournalDamaged",
    "JournalError",
    "JournalUnusable",
    "NothingPending",
    "Outcome",
    "PaymentIntent",
    "PaymentPending",
    "PendingJournal",
    "PendingPayment",
    "RecordedPayment",
    "SequenceUsed",
    "journal_file",
    "look_at_pending",
    "open_journal",
)

LARGEST_FILE: Final = 4_194_304
"""Bytes."""
LARGEST_PAYLOAD: Final = 65_536
"""Bytes of one request: a payment of about a hundred bytes, and a sealed memo."""
LONGEST_MEMO: Final = 4_096
LARGEST_SEQUENCE: Final = MAX
MOST_RECORDED: Final = 128
"""How many recorded payments of an account are remembered."""


@dataclass(eq=False)
class JournalUnusable(JournalError):
    """An earlier write failed, so what is on the disk is unknown; open the journal again."""

    path: Path


@dataclass(eq=False)
class PaymentPending(JournalError):
    """A payment, `sequence`, is pending, so another can't begin; send its bytes again first."""

    sequence: int


@dataclass(eq=False)
class SequenceUsed(JournalError):
    """`sequence` was used by this wallet for a payment that was recorded."""

    sequence: int


@dataclass(eq=False)
class NothingPending(JournalError):
    """No payment of this `sequence` is pending, so it can't be finished."""

    sequence: int


class Outcome(Enum):
    """What became of a payment, by the node's own answer. Silence is not an outcome."""

    RECORDED = "recorded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalAccount:
    """Whose payments they are: an account is known by its federation, cooperative and number."""

    federation: bytes
    coop: int
    account: int

    @property
    def name(self) -> str:
        """How the file names it."""
        return f"{self.federation.hex()}/{self.coop}/{self.account}"


class PendingJournal:
    """The journal of one account. Get one from `open_journal`, under the wallet's lock."""

    def __init__(
        self, path: Path, account: JournalAccount, content: JournalContent, files: PrivateFiles
    ) -> None:
        self._path = path
        self._name = account.name
        self._content = content
        self._files = files
        self._is_usable = True

    @property
    def last_recorded(self) -> int:
        """The highest sequence number that this wallet knows to be used; 0 when none is."""
        return self._part.last_recorded

    @property
    def first_signed(self) -> int:
        """Below this number the wallet has signed nothing: an earlier key of the account may have."""
        return max(1, self._part.first)

    @property
    def _part(self) -> AccountPart:
        return self._content.parts.get(self._name, AccountPart())

    def pending(self) -> PendingPayment | None:
        """The payment whose outcome is unknown, if there is one. Its bytes are on the disk."""
        self._check_usable()
        return self._part.pending

    def recorded_like(self, fingerprint: str) -> list[RecordedPayment]:
        """The recorded payments with that fingerprint, among those that are remembered, the newest first."""
        return [each for each in reversed(self._part.recorded) if each.fingerprint == fingerprint]

    def begin(
        self,
        payload: bytes,
        *,
        sequence: int,
        intent: PaymentIntent,
        begun_at: int,
        fingerprint: str = "",
        order: str = "",
    ) -> PendingPayment:
        """Write down what is about to be sent. When this returns, and not before, it may be sent.

        Beginning the very same payload again changes nothing and returns what is pending.

        Raises `PaymentPending`, `SequenceUsed`, `JournalUnusable`, or `OSError` when writing fails:
        then send nothing. Raises `ValueError` for a payload, memo or number out of bounds.
        """
        pending = self.pending()
        if pending is not None:
            if (pending.sequence, pending.payload) == (sequence, payload):
                return pending
            raise PaymentPending(pending.sequence)
        if sequence <= self.last_recorded:
            raise SequenceUsed(sequence)
        _check_bounds(payload, sequence=sequence, intent=intent)
        begun = PendingPayment(
            sequence=sequence,
            payload=payload,
            intent=intent,
            begun_at=begun_at,
            fingerprint=fingerprint,
            order=order,
        )
        self._save(replace(self._part, pending=begun, first=self._first_with(sequence)))
        return begun

    def _first_with(self, sequence: int) -> int:
        """The first number that is signed for, once `sequence` is; 0 where an older file does not say."""
        part = self._part
        if part.first:
            return min(part.first, sequence)
        return 0 if part.last_recorded else sequence

    def let_go(self, sequence: int, *, entries: Collection[int]) -> None:
        """Numbers from `sequence` on are free again, and payments recorded as these entries are forgotten.

        The caller has proof that what was paid under them does not stand. Raises `PaymentPending`,
        `JournalUnusable`, or `OSError` when writing fails.
        """
        pending = self.pending()
        if pending is not None:
            raise PaymentPending(pending.sequence)
        recorded = tuple(each for each in self._part.recorded if each.number not in entries)
        last = min(self._part.last_recorded, sequence - 1)
        self._save(replace(self._part, last_recorded=last, recorded=recorded))

    def finish(self, sequence: int, *, outcome: Outcome, number: int = 0, time: int = 0) -> None:
        """Write down the node's answer, and forget the payment's bytes and its memo.

        A recorded payment is remembered by its fingerprint, as entry `number` of `time`.

        Raises `NothingPending`, `JournalUnusable`, or `OSError` when writing fails: then the
        payment may still be pending at the next start, and sending it again does no harm.
        """
        pending = self.pending()
        if pending is None or pending.sequence != sequence:
            raise NothingPending(sequence)
        part = replace(self._part, pending=None)
        if outcome is Outcome.RECORDED:
            recorded = part.recorded
            if pending.fingerprint:
                seen = RecordedPayment(fingerprint=pending.fingerprint, number=number, time=time)
                recorded = (*recorded, seen)[-MOST_RECORDED:]
            part = replace(part, last_recorded=sequence, recorded=recorded)
        self._save(part)

    def _save(self, part: AccountPart) -> None:
        content = replace(self._content, parts={**self._content.parts, self._name: part})
        data = render_journal(content)
        if len(data) > LARGEST_FILE:
            raise ValueError("the journal would be too large to be read again")
        self._is_usable = False
        self._files.replace(self._path, data)
        self._content = content
        self._is_usable = True

    def _check_usable(self) -> None:
        if not self._is_usable:
            raise JournalUnusable(self._path)


def journal_file(wallet_path: Path) -> Path:
    """Where the journal of the wallet at `wallet_path` is."""
    return wallet_path.with_name(wallet_path.name + ".pending")


def open_journal(
    lock: WalletLock,
    *,
    public_key: bytes,
    account: JournalAccount,
    files: PrivateFiles | None = None,
) -> PendingJournal:
    """Read the journal of the locked wallet; an absent file is an empty journal.

    Raises `JournalDamaged`, and what `PrivateFiles.read` raises.
    """
    files = files or DiskFiles()
    path = journal_file(lock.path)
    return PendingJournal(path, account, _read(path, public_key, account, files), files)


def look_at_pending(
    wallet_path: Path,
    *,
    public_key: bytes,
    account: JournalAccount,
    files: PrivateFiles | None = None,
) -> PendingPayment | None:
    """What is pending, without the wallet's lock: to tell of it, and for nothing else.

    Another command may be sending it at this moment. Raises what `open_journal` raises.
    """
    content = _read(journal_file(wallet_path), public_key, account, files or DiskFiles())
    return content.parts.get(account.name, AccountPart()).pending


def _read(
    path: Path, public_key: bytes, account: JournalAccount, files: PrivateFiles
) -> JournalContent:
    data = files.read(path, largest=LARGEST_FILE)
    if data is None:
        return JournalContent(public_key=public_key)
    content = parse_journal(data, path)
    if content.public_key != public_key:
        raise JournalDamaged(path, "it belongs to another key than this wallet's")
    return _with_its_name(content, account)


def _with_its_name(content: JournalContent, account: JournalAccount) -> JournalContent:
    """Give a pending payment of version 1 to its account, which its signature tells."""
    part = content.parts.get(UNNAMED)
    if part is None or part.pending is None or account.name in content.parts:
        return content
    if not _is_of(part.pending, account, content.public_key):
        return content
    others = {name: each for name, each in content.parts.items() if name != UNNAMED}
    return replace(content, parts={**others, account.name: part})


def _is_of(pending: PendingPayment, account: JournalAccount, public_key: bytes) -> bool:
    try:
        pay = decode_transaction(read_bytes(json.loads(pending.payload)["transaction"]))
        if not isinstance(pay, Pay) or pay.payer != account.account:
            return False
        if not isinstance(pay.signature, bytes):
            return False  # version 1 is older than joint accounts
        message = signed_bytes(
            TAG_ENTRY, federation=account.federation, coop=account.coop, body=signed_part(pay)
        )
        verify(public_key=public_key, message=message, signature=pay.signature)
    except (ValueError, KeyError, TypeError, SignatureInvalid):
        return False
    return True


def _check_bounds(payload: bytes, *, sequence: int, intent: PaymentIntent) -> None:
    if not 1 <= sequence <= LARGEST_SEQUENCE:
        raise ValueError("a sequence number is 1 to 2^53 - 1")
    if not 1 <= len(payload) <= LARGEST_PAYLOAD:
        raise ValueError(f"a payload is 1 to {LARGEST_PAYLOAD} bytes")
    if len(intent.memo) > LONGEST_MEMO:
        raise ValueError(f"a memo is at most {LONGEST_MEMO} characters")
