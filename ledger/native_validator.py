"""The native validator: `ledger._native` behind the interface of `ledger.validator`.

Native code decides `pay`, `anchor` and `return` and stops in front of everything else. Those entries
are decided here, by the rules in `ledger.rules.members` that the reference validator uses too; native
code takes the changed account back and goes on. Their signatures and keys are verified natively, a run
of entries at a time, because admissions come by the thousand when a federation begins.

This module holds no state but the index of each log, of which native code has what payments need: the
values of days, and the rows of the listing. It exists only where the extension was built: importing it raises
`ImportError` elsewhere, and `ledger.choose` asks for it that way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ledger import _native
from ledger.charter import Charter
from ledger.codec import decode, split
from ledger.errors import SnapshotError
from ledger.index.table import Index
from ledger.judging import judge
from ledger.listing import list_index, load_index
from ledger.messages import TAG_ENTRY, signing_context
from ledger.refusals import Refusal
from ledger.rules.index import decide_index, index_of_new_log
from ledger.rules.members import decide_members
from ledger.signatures import SignatureFault, SignatureInvalid
from ledger.state import Account, Returnable, Transit
from ledger.transactions import (
    Admit,
    Entry,
    IndexEntry,
    Limit,
    SetStatus,
    Status,
    decode_entry,
    encode_entry,
    signed_part,
    transaction_kind,
)
from ledger.validator import LogView, Replayed, Sequenced, Waiting

DEFAULT_THREADS: Final = 2

RUN: Final = 1024
"""How many entries are looked at together when the shared rules have to decide."""

_SHARED_KINDS: Final = frozenset((2, 3, 4, 7))
_FEW: Final = 8
"""Below so many entries, verifying them together is not worth the preparation."""


class NativeValidator:
    """Implements `ledger.validator.Validator`. `threads` verify at once, the caller's included."""

    name = "native"

    def __init__(self, charter: Charter, *, threads: int = DEFAULT_THREADS) -> None:
        self._charter = charter
        self._context = _contexts(charter)
        self._core = _native.Validator(*_charter_fields(charter), threads)
        self._indexes: dict[int, Index | None] = dict.fromkeys(
            charter.coops, index_of_new_log(charter)
        )
        for coop, index in self._indexes.items():
            self._core.set_index(coop, _index_fields(index))

    @classmethod
    def load(
        cls, charter: Charter, snapshot: bytes, *, threads: int = DEFAULT_THREADS
    ) -> NativeValidator:
        """From a snapshot; raises `SnapshotError`."""
        validator = cls.__new__(cls)
        validator._charter = charter
        validator._context = _contexts(charter)
        validator._core = _native.Validator.load(*_charter_fields(charter), threads, snapshot)
        validator._indexes = _load_indexes(charter, validator._core)
        return validator

    @property
    def charter(self) -> Charter:
        """See `Validator.charter`."""
        return self._charter

    def sequence(self, coop: int, time: int, transactions: Sequence[bytes]) -> Sequenced:
        """See `Validator.sequence`."""
        length, _, last_time, *_ = self._core.log(coop)
        time = max(time, last_time)
        first = length + 1
        self._core.check_dependencies(coop, transactions)
        outcomes: list[int] = []
        appended: list[bytes] = []
        count = 0
        shared = _SharedRules(self._charter, self._core, coop, self._context[coop], self._indexes)
        while len(outcomes) < len(transactions):
            rest = transactions[len(outcomes) :] if outcomes else transactions
            done, entries, added = self._core.sequence(coop, time, rest)
            outcomes += done
            appended.append(entries)
            count += added
            run = _shared_run(transactions, len(outcomes))
            entries_run = [encode_entry(time, transaction) for transaction in run]
            for entry, decoded in shared.prepare(entries_run):
                refusal = shared.append(entry, decoded, first + count)
                if refusal is None:
                    outcomes.append(first + count)
                    appended.append(entry)
                    count += 1
                else:
                    outcomes.append(-refusal.value)
        length, head, *_ = self._core.log(coop)
        return Sequenced(
            outcomes=outcomes,
            first=first,
            entries=b"".join(appended),
            count=count,
            length=length,
            head=head,
        )

    def replay(self, coop: int, entries: bytes) -> Replayed:
        """See `Validator.replay`."""
        parts = _native.Entries(entries)
        shared = _SharedRules(self._charter, self._core, coop, self._context[coop], self._indexes)
        reached = 0
        while True:
            reached, refusal, waiting, is_shared = self._core.replay(coop, parts, reached)
            if is_shared:
                reached, found = shared.replay(parts, reached)
                refusal = None if found is None else found.value
                if found is None:
                    continue
            return Replayed(
                count=reached,
                consumed=parts.start(reached),
                refusal=None if refusal is None else Refusal(refusal),
                waiting=None if waiting is None else _waiting(waiting),
            )

    def judge(self, coop: int, entry: bytes) -> Refusal | Waiting | None:
        """See `Validator.judge`."""
        return judge(self, coop, entry)

    def chain(self, coop: int, entries: bytes) -> tuple[int, bytes]:
        """See `Validator.chain`."""
        parts = _native.Entries(entries)
        return len(parts), self._core.chain(coop, parts)

    def log(self, coop: int) -> LogView:
        """See `Validator.log`."""
        length, head, time, position, held, commons, anchored, accounts = self._core.log(coop)
        return LogView(
            coop=coop,
            length=length,
            head=head,
            time=time,
            position=position,
            held=held,
            commons=commons,
            anchored=dict(anchored),
            accounts=accounts,
        )

    def head_at(self, coop: int, length: int) -> bytes | None:
        """See `Validator.head_at`."""
        return self._core.head_at(coop, length)

    def account(self, coop: int, number: int) -> Account | None:
        """See `Validator.account`."""
        fields = self._core.account(coop, number)
        return None if fields is None else _account(fields)

    def account_named(self, coop: int, handle: str) -> int | None:
        """See `Validator.account_named`."""
        return self._core.account_named(coop, handle)

    def accounts(self, coop: int) -> Iterator[Account]:
        """See `Validator.accounts`."""
        for number in self._core.account_numbers(coop):
            fields = self._core.account(coop, number)
            if fields is not None:
                yield _account(fields)

    def in_transit(self, coop: int) -> list[Transit]:
        """See `Validator.in_transit`."""
        return [
            Transit(
                payee_coop=payee_coop,
                index=index,
                payee=payee,
                amount=amount,
                payer=payer,
                is_return=is_return,
            )
            for payee_coop, index, payee, amount, payer, is_return in self._core.in_transit(coop)
        ]

    def credits_waiting(self, *, home: int, other: int) -> int:
        """See `Validator.credits_waiting`."""
        return self._core.credits_waiting(home, other)

    def returnable(self, coop: int) -> list[Returnable]:
        """See `Validator.returnable`."""
        return [
            Returnable(coop=payer_coop, index=index, account=account, amount=amount)
            for payer_coop, index, account, amount in self._core.returnable(coop)
        ]

    def index(self, coop: int) -> Index | None:
        """See `Validator.index`."""
        return self._indexes[coop]

    def digest(self) -> bytes:
        """See `Validator.digest`."""
        return self._core.digest()

    def snapshot(self) -> bytes:
        """See `Validator.snapshot`."""
        return self._core.snapshot()


Decoded = Entry | Refusal


class _SharedRules:
    """Decides the entries that native code hands over, for one log and one call."""

    def __init__(
        self,
        charter: Charter,
        core: _native.Validator,
        coop: int,
        context: bytes,
        indexes: dict[int, Index | None],
    ) -> None:
        self._charter = charter
        self._indexes = indexes
        self._coop = charter.coops[coop]
        self._core = core
        self._context = context
        self._valid: set[tuple[bytes, bytes, bytes]] = set()
        self._admissible: set[bytes] = set()

    def replay(self, parts: _native.Entries, start: int) -> tuple[int, Refusal | None]:
        """Append the run of such entries at `start`: the entry reached, and its refusal if any."""
        run = []
        for index in range(start, min(start + RUN, len(parts))):
            entry = parts.entry(index)
            decoded = decode_entry(entry)
            if isinstance(decoded, Entry) and not _is_shared(decoded):
                break
            run.append((entry, decoded))
        self._verify_together(run)
        length = self._core.log(self._coop.number)[0]
        for done, (entry, decoded) in enumerate(run):
            refusal = self.append(entry, decoded, length + 1 + done)
            if refusal is not None:
                return start + done, refusal
        return start + len(run), None

    def prepare(self, entries: Sequence[bytes]) -> list[tuple[bytes, Decoded]]:
        """Decode entries that are to be appended and verify their signatures together."""
        run = [(entry, decode_entry(entry)) for entry in entries]
        self._verify_together(run)
        return run

    def append(self, entry: bytes, decoded: Decoded, index: int) -> Refusal | None:
        """Append an entry as number `index` of the log, or say why not."""
        if isinstance(decoded, Refusal):
            return decoded
        number = self._coop.number
        if decoded.time < self._core.log(number)[2]:
            return Refusal.TIME_FALLS
        transaction = decoded.transaction
        if isinstance(transaction, IndexEntry):
            return self._append_index(entry, decoded.time, transaction)
        if not isinstance(transaction, Admit | Limit | SetStatus):
            raise AssertionError("native code hands over no other kind")
        account = decide_members(
            transaction,
            coop=self._coop,
            state=_MembersOf(self._core, number),
            time=decoded.time,
            index=index,
            message=self._context + signed_part(transaction),
            verify=self._verify,
        )
        if isinstance(account, Refusal):
            return account
        self._core.append(number, decoded.time, entry, account)
        return None

    def _append_index(self, entry: bytes, time: int, transaction: IndexEntry) -> Refusal | None:
        number = self._coop.number
        index = decide_index(transaction, charter=self._charter, index=self._indexes[number])
        if isinstance(index, Refusal):
            return index
        fields = _index_fields(index)
        if fields is not None:
            self._core.append_index(number, time, entry, fields)
            self._indexes[number] = index
        return None

    def _verify(self, *, public_key: bytes, message: bytes, signature: bytes) -> None:
        if (public_key, message, signature) in self._valid:
            return
        valid = _native.Signatures([(public_key, message, signature)]).verify(1)
        if not valid[0]:
            raise SignatureInvalid(SignatureFault.EQUATION)

    def _verify_together(self, run: Sequence[tuple[bytes, Decoded]]) -> None:
        """Learn which signatures of a run are valid; what is wrong is found out one by one."""
        self._valid.clear()
        if len(run) < _FEW:
            return
        triples = [
            triple
            for _, decoded in run
            if isinstance(decoded, Entry)
            for triple in self._triples(decoded)
        ]
        answers = _native.Signatures(triples).verify(self._core.threads)
        self._valid.update(triple for triple, valid in zip(triples, answers, strict=True) if valid)

    def _triples(self, entry: Entry) -> Iterator[tuple[bytes, bytes, bytes]]:
        transaction = entry.transaction
        if not isinstance(transaction, Admit | Limit | SetStatus):
            return
        message = self._context + signed_part(transaction)
        for steward, signature in transaction.stewards:
            if steward < len(self._coop.stewards):
                yield self._coop.stewards[steward].key, message, signature
        if isinstance(transaction, Admit):
            yield transaction.key, message, transaction.key_signature


class _MembersOf:
    """A log as the rules for members see it."""

    def __init__(self, core: _native.Validator, coop: int) -> None:
        self._core = core
        self._coop = coop

    def account(self, number: int) -> Account | None:
        fields = self._core.account(self._coop, number)
        return None if fields is None else _account(fields)

    def holds_handle(self, handle: str) -> bool:
        return self._core.account_named(self._coop, handle) is not None


def _contexts(charter: Charter) -> dict[int, bytes]:
    return {
        coop: signing_context(TAG_ENTRY, federation=charter.federation, coop=coop)
        for coop in charter.coops
    }


def _charter_fields(charter: Charter) -> tuple[bytes, int, list[_native.CoopFields]]:
    coops = [(coop.number, coop.node_key, coop.clearing_limit) for coop in charter.coops.values()]
    return charter.federation, charter.witness_quorum, coops


def _index_fields(index: Index | None) -> _native.IndexFields | None:
    if index is None:
        return None
    rows = list_index(index)
    parameters = index.parameters
    return parameters.base_day, parameters.quote_days, index.values, len(rows), b"".join(rows)


def _load_indexes(charter: Charter, core: _native.Validator) -> dict[int, Index | None]:
    """The index of each log from the rows of a snapshot; gives native code the values."""
    indexes: dict[int, Index | None] = {}
    for coop in charter.coops:
        rows = [decode(row) for row in split(core.index_rows(coop))]
        if charter.index is None and rows:
            raise SnapshotError("the snapshot is of another charter")
        indexes[coop] = None
        if charter.index is not None:
            indexes[coop] = load_index(charter.index.parameters, rows)
        core.set_index(coop, _index_fields(indexes[coop]))
    return indexes


def _is_shared(entry: Entry) -> bool:
    return isinstance(entry.transaction, Admit | Limit | SetStatus | IndexEntry)


def _shared_run(transactions: Sequence[bytes], start: int) -> Sequence[bytes]:
    """The transactions from `start` on that native code would not decide."""
    end = start
    while end < min(start + RUN, len(transactions)) and (
        transaction_kind(transactions[end]) in _SHARED_KINDS
    ):
        end += 1
    return transactions[start:end]


def _waiting(fields: tuple[int, int, bytes, bytes]) -> Waiting:
    coop, length, head, signature = fields
    return Waiting(coop=coop, length=length, head=head, signature=signature)


def _account(fields: _native.AccountFields) -> Account:
    number, key, handle, class_, balance, next_sequence, revision, status, *_ = fields
    _, _, _, _, _, _, _, _, opened, closed, before, from_, limit, until, after = fields
    return Account(
        number=number,
        key=key,
        handle=handle,
        class_=class_,
        balance=balance,
        next_sequence=next_sequence,
        revision=revision,
        status=Status(status),
        opened=opened,
        closed=closed,
        before=before,
        from_=from_,
        limit=limit,
        until=until,
        after=after,
    )
