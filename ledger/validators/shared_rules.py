"""The rules that native code leaves to Python, applied to a native validator.

Native code stops in front of entries about members and the index. They are decided here, by the rules
in `ledger.rules` that the reference validator uses too, and native code takes what changed back. Their
signatures and keys are verified natively, a run of entries at a time, because admissions come by the
thousand when a federation begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import ledger._native as _native
from ledger.charter import Charter
from ledger.entries import Entry, decode_entry, transaction_kind
from ledger.index.table import Index
from ledger.kinds import SHARED_KINDS
from ledger.refusals import Refusal
from ledger.rules.days import check_day, entries_of_day
from ledger.rules.index import decide_index
from ledger.rules.members import decide_members
from ledger.signatures import (
    SignatureFault,
    SignatureInvalid,
    check_key_admissible,
)
from ledger.state import Account
from ledger.transactions import Admit, IndexEntry, Limit, SetStatus, Status, signed_part
from ledger.validators.listing import list_index

RUN: Final = 1024
"""How many entries are looked at together."""

_FEW: Final = 8
"""Below so many entries, verifying them together is not worth the preparation."""

Decoded = Entry | Refusal


class SharedRules:
    """Decides the entries that native code hands over, for one log and one call.

    `charter` is the one in force for that log; `context` precedes the signed part of a transaction in
    what signatures cover; `indexes` has the index of each log and is kept up to date here.
    """

    def __init__(
        self,
        charter: Charter,
        core: _native.Validator,
        *,
        coop: int,
        context: bytes,
        indexes: dict[int, Index | None],
    ) -> None:
        self._charter = charter
        self._coop = charter.coops[coop]
        self._core = core
        self._context = context
        self._indexes = indexes
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
        changed = self.decide(decoded, index)
        number = self._coop.number
        match changed:
            case Refusal():
                return changed
            case Account():
                self._core.append(number, decoded.time, entry, changed)
            case Index():
                self._core.append_index(number, decoded.time, entry, index_fields(changed))
                self._indexes[number] = changed
        return None

    def decide(self, entry: Entry, index: int) -> Account | Index | Refusal:
        """What is different after an entry that becomes number `index` of the log, or its refusal."""
        number = self._coop.number
        _, _, newest, *_, (payments, others) = self._core.log(number)
        if entry.time < newest:
            return Refusal.TIME_FALLS
        today = entries_of_day(time=entry.time, newest=newest, payments=payments, others=others)
        refusal = check_day(self._charter, today, is_payment=False)
        if refusal is not None:
            return refusal
        transaction = entry.transaction
        if isinstance(transaction, IndexEntry):
            return decide_index(transaction, charter=self._charter, index=self._indexes[number])
        if not isinstance(transaction, Admit | Limit | SetStatus):
            raise AssertionError("native code hands over no other kind")
        return decide_members(
            transaction,
            coop=self._coop,
            state=_MembersOf(self._core, number),
            time=entry.time,
            index=index,
            message=self._context + signed_part(transaction),
            verify=self._verify,
            check_key=self._check_key,
        )

    def _verify(self, *, public_key: bytes, message: bytes, signature: bytes) -> None:
        if (public_key, message, signature) in self._valid:
            return
        valid = _native.Signatures([(public_key, message, signature)]).verify(1)
        if not valid[0]:
            raise SignatureInvalid(SignatureFault.EQUATION)

    def _check_key(self, public_key: bytes) -> None:
        if public_key not in self._admissible:
            check_key_admissible(public_key)

    def _verify_together(self, run: Sequence[tuple[bytes, Decoded]]) -> None:
        """Learn what is valid in a run; what is wrong is found out one by one."""
        self._valid.clear()
        self._admissible.clear()
        if len(run) < _FEW:
            return
        threads = self._core.threads
        transactions = [entry.transaction for _, entry in run if isinstance(entry, Entry)]
        triples = [triple for each in transactions for triple in self._triples(each)]
        answers = _native.Signatures(triples).verify(threads)
        self._valid.update(triple for triple, valid in zip(triples, answers, strict=True) if valid)
        keys = [each.key for each in transactions if isinstance(each, Admit)]
        answers = _native.admissible(keys, threads)
        self._admissible.update(key for key, good in zip(keys, answers, strict=True) if good)

    def _triples(self, transaction: object) -> Iterator[tuple[bytes, bytes, bytes]]:
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
        return None if fields is None else account_of(fields)

    def holds_handle(self, handle: str) -> bool:
        return self._core.account_named(self._coop, handle) is not None


def shared_run(transactions: Sequence[bytes], start: int) -> Sequence[bytes]:
    """The transactions from `start` on, at most `RUN`, that native code would not decide."""
    end = start
    while end < min(start + RUN, len(transactions)) and (
        transaction_kind(transactions[end]) in SHARED_KINDS
    ):
        end += 1
    return transactions[start:end]


def _is_shared(entry: Entry) -> bool:
    return isinstance(entry.transaction, Admit | Limit | SetStatus | IndexEntry)


def index_fields(index: Index) -> _native.IndexFields:
    """An index as native code takes it."""
    rows = list_index(index)
    parameters = index.parameters
    return parameters.base_day, parameters.quote_days, index.values, len(rows), b"".join(rows)


def account_of(fields: _native.AccountFields) -> Account:
    """An account from what native code has of it."""
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
