"""What a wallet has signed and may have sent, so that nothing is ever paid twice.

The rule: **before a payment is sent, its exact bytes are on the disk.** A client that loses the
answer sends the same bytes again, which can only be recorded once. It never signs other bytes
under the same or the next sequence number before it knows what became of them.

    begin   the payment is signed; its bytes are durable when `begin` returns; only then send them
    finish  the node answered: recorded (the sequence number is used) or refused (it is free again)

An answer that never came leaves the payment pending, in this process and the next. At most one
payment is pending at a time: the ledger orders a payer's payments without gaps, so nothing could
overtake it.

The journal is one small JSON file beside the wallet, replaced whole, with a checksum. It belongs
to one public key. It holds the payee, amount and memo of a pending payment in clear, for its owner
only, and forgets them at `finish`. After a write that failed, nobody knows what is on the disk:
the journal then refuses to go on until it is opened again.

Losing the file is safe as long as nothing is pending. It does not talk to the node or sign.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final

from cli.private_files import DiskFiles, PrivateFiles
from cli.wallet_lock import WalletLock
from ledger.codec import MAX

FORMAT: Final = "fiado pending payments"
VERSION: Final = 1
LARGEST_FILE: Final = 262_144
"""Bytes."""
LARGEST_PAYLOAD: Final = 65_536
"""Bytes of one request: a payment of about a hundred bytes, and a sealed memo."""
LONGEST_MEMO: Final = 4_096
LARGEST_SEQUENCE: Final = MAX


class JournalError(Exception):
    """Base of what can be wrong with the journal of pending payments."""


@dataclass(eq=False)
class JournalDamaged(JournalError):
    """The file is not as a journal was written, or belongs to another key: `problem` says which."""

    path: Path
    problem: str


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
    """What became of a payment, by the node's own answer. Silence is no outcome."""

    RECORDED = "recorded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIntent:
    """What the member asked for, to tell a second run of one command from another payment."""

    payee: str
    """The address as `handle@coop`."""
    amount: int
    """In minor units."""
    memo: str = ""
    price: str = ""
    """The price in national currency that the amount was converted from, if one was given."""

    def is_same_wish(self, other: "PaymentIntent") -> bool:
        """Whether the member asked for the same thing: of a price, the amount may differ by the day."""
        if self.price:
            return (self.payee, self.memo, self.price) == (other.payee, other.memo, other.price)
        return self == other


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPayment:
    """A payment that was signed and whose outcome is unknown."""

    sequence: int
    payload: bytes
    """Exactly what to send, again and again: the signed payment, and what goes with it."""
    intent: PaymentIntent
    begun_at: int
    """Unix seconds, by this machine's clock; for people only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What the file holds."""

    public_key: bytes
    last_recorded: int
    """The highest sequence number known to be used; 0 when none is."""
    pending: PendingPayment | None


class PendingJournal:
    """The journal of one wallet. Get one from `open_journal`, under the wallet's lock."""

    def __init__(self, path: Path, state: _State, files: PrivateFiles) -> None:
        self._path = path
        self._state = state
        self._files = files
        self._is_usable = True

    @property
    def last_recorded(self) -> int:
        """The highest sequence number that this wallet knows to be used; 0 when none is."""
        return self._state.last_recorded

    def pending(self) -> PendingPayment | None:
        """The payment whose outcome is unknown, if there is one. Its bytes are on the disk."""
        self._check_usable()
        return self._state.pending

    def begin(
        self, payload: bytes, *, sequence: int, intent: PaymentIntent, begun_at: int
    ) -> PendingPayment:
        """Write down what is about to be sent. When this returns, and not before, it may be sent.

        Beginning the very same payload again changes nothing and returns what is pending.

        Raises `PaymentPending`, `SequenceUsed`, `JournalUnusable`, or `OSError` when writing fails:
        then send nothing. Raises `ValueError` for a payload, memo or number out of bounds.
        """
        self._check_usable()
        pending = self._state.pending
        if pending is not None:
            if (pending.sequence, pending.payload) == (sequence, payload):
                return pending
            raise PaymentPending(pending.sequence)
        if sequence <= self._state.last_recorded:
            raise SequenceUsed(sequence)
        _check_bounds(payload, sequence=sequence, intent=intent)
        begun = PendingPayment(sequence=sequence, payload=payload, intent=intent, begun_at=begun_at)
        self._save(replace(self._state, pending=begun))
        return begun

    def finish(self, sequence: int, *, outcome: Outcome) -> None:
        """Write down the node's answer, and forget the payment's bytes and its memo.

        Raises `NothingPending`, `JournalUnusable`, or `OSError` when writing fails: then the
        payment may still be pending at the next start, and sending it again does no harm.
        """
        self._check_usable()
        pending = self._state.pending
        if pending is None or pending.sequence != sequence:
            raise NothingPending(sequence)
        is_used = outcome is Outcome.RECORDED
        last_recorded = sequence if is_used else self._state.last_recorded
        self._save(replace(self._state, last_recorded=last_recorded, pending=None))

    def _save(self, state: _State) -> None:
        self._is_usable = False
        self._files.replace(self._path, _render(state))
        self._state = state
        self._is_usable = True

    def _check_usable(self) -> None:
        if not self._is_usable:
            raise JournalUnusable(self._path)


def journal_file(wallet_path: Path) -> Path:
    """Where the journal of the wallet at `wallet_path` is."""
    return wallet_path.with_name(wallet_path.name + ".pending")


def open_journal(
    lock: WalletLock, *, public_key: bytes, files: PrivateFiles | None = None
) -> PendingJournal:
    """Read the journal of the locked wallet; an absent file is an empty journal.

    Raises `JournalDamaged`, and what `PrivateFiles.read` raises.
    """
    files = files or DiskFiles()
    path = journal_file(lock.path)
    return PendingJournal(path, _read(path, public_key, files), files)


def look_at_pending(
    wallet_path: Path, *, public_key: bytes, files: PrivateFiles | None = None
) -> PendingPayment | None:
    """What is pending, without the wallet's lock: to tell of it, and for nothing else.

    Another command may be sending it at this moment. Raises what `open_journal` raises.
    """
    return _read(journal_file(wallet_path), public_key, files or DiskFiles()).pending


def _read(path: Path, public_key: bytes, files: PrivateFiles) -> _State:
    data = files.read(path, largest=LARGEST_FILE)
    if data is None:
        return _State(public_key=public_key, last_recorded=0, pending=None)
    state = _parse(data, path)
    if state.public_key != public_key:
        raise JournalDamaged(path, "it belongs to another key than this wallet's")
    return state


def _check_bounds(payload: bytes, *, sequence: int, intent: PaymentIntent) -> None:
    if not 1 <= sequence <= LARGEST_SEQUENCE:
        raise ValueError("a sequence number is 1 to 2^53 - 1")
    if not 1 <= len(payload) <= LARGEST_PAYLOAD:
        raise ValueError(f"a payload is 1 to {LARGEST_PAYLOAD} bytes")
    if len(intent.memo) > LONGEST_MEMO:
        raise ValueError(f"a memo is at most {LONGEST_MEMO} characters")


def _render(state: _State) -> bytes:
    pending = state.pending
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "public_key": state.public_key.hex(),
        "last_recorded": state.last_recorded,
        "pending": None if pending is None else _render_pending(pending),
    }
    document["checksum"] = hashlib.sha256(json.dumps(document).encode()).hexdigest()
    return (json.dumps(document, indent=2) + "\n").encode("ascii")


def _render_pending(pending: PendingPayment) -> dict[str, Any]:
    price = {"price": pending.intent.price} if pending.intent.price else {}
    return {
        "sequence": pending.sequence,
        "payload": base64.b64encode(pending.payload).decode("ascii"),
        "payee": pending.intent.payee,
        "amount": pending.intent.amount,
        "memo": pending.intent.memo,
        **price,
        "begun_at": pending.begun_at,
    }


def _parse(data: bytes, path: Path) -> _State:
    try:
        document = json.loads(data.decode("ascii"))
        state = _state_from(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise JournalDamaged(path, "it can't be read") from None
    if _render(state) != data:
        raise JournalDamaged(path, "its checksum or layout does not fit its content")
    return state


def _state_from(document: Mapping[str, Any]) -> _State:
    """Take the values out; what else is odd about them, rendering them again shows."""
    pending = document["pending"]
    numbers = [document["last_recorded"]]
    if pending is not None:
        numbers += [pending["sequence"], pending["amount"], pending["begun_at"]]
    if any(type(number) is not int for number in numbers):
        raise TypeError("a number is not an integer")
    return _State(
        public_key=bytes.fromhex(document["public_key"]),
        last_recorded=document["last_recorded"],
        pending=None
        if pending is None
        else PendingPayment(
            sequence=pending["sequence"],
            payload=base64.b64decode(pending["payload"], validate=True),
            intent=PaymentIntent(
                payee=pending["payee"],
                amount=pending["amount"],
                memo=pending["memo"],
                price=pending.get("price", ""),
            ),
            begun_at=pending["begun_at"],
        ),
    )
