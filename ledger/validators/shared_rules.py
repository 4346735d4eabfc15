"""The rules that native code leaves to Python, applied to a native validator.

Native code stops in front of entries that it does not decide. They are decided here, by the rules of
`ledger.rules.shared` that the reference validator uses too, and native code takes their effects. Signatures
and keys are verified natively, a run of entries at a time, because admissions come by the thousand when a
federation begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import ledger._native as _native
from ledger.charter import Charter
from ledger.codec import Value, encode
from ledger.effects import Effects
from ledger.entries import Entry, decode_entry, transaction_kind
from ledger.government.commons import PaymentTerms, Rates
from ledger.index.table import Index
from ledger.kinds import SHARED_KINDS
from ledger.names import Named
from ledger.refusals import Refusal
from ledger.rules.charter import check_standing
from ledger.rules.days import check_day, earliest_time, entries_of_day
from ledger.rules.losses import check_decided_branches
from ledger.rules.office import Steward, stewards_in_office
from ledger.rules.shared import decide
from ledger.signatures import (
    SignatureFault,
    SignatureInvalid,
    check_key_admissible,
)
from ledger.state import Account, Waiting
from ledger.transactions import (
    Admit,
    CharterEntry,
    IndexEntry,
    Propose,
    Stewarded,
    Vote,
    signed_part,
)
from ledger.validators.native_values import kept_name, read_account

RUN: Final = 1024
"""How many entries are looked at together."""

_FEW: Final = 8
"""Below so many entries, verifying them together is not worth the preparation."""

Decoded = Entry | Refusal


class SharedRules:
    """Decides the entries that native code hands over, for one log and one call.

    `charter` is the one in force for that log; `context` precedes the signed part of a transaction in
    what signatures cover; `indexes` has the index of each branch of the log and is kept up to date here.
    `adopt` is told the charter by which the log goes after an entry that changes it.
    """

    def __init__(
        self,
        charter: Charter,
        core: _native.Validator,
        *,
        coop: int,
        branch: int,
        context: bytes,
        indexes: list[Index | None],
        adopt: Callable[[int, int, Charter], None],
    ) -> None:
        self._charter = charter
        self._number = coop
        self._branch = branch
        self._core = core
        self._context = context
        self._indexes = indexes
        self._adopt = adopt
        self._valid: set[tuple[bytes, bytes, bytes]] = set()
        self._admissible: set[bytes] = set()

    def replay(self, parts: _native.Entries, start: int) -> tuple[int, Refusal | Waiting | None]:
        """Append the run of such entries at `start`: the entry reached, and what stands against it."""
        run = []
        for index in range(start, min(start + RUN, len(parts))):
            entry = parts.entry(index)
            decoded = decode_entry(entry)
            if isinstance(decoded, Entry) and not _is_shared(decoded):
                break
            run.append((entry, decoded))
        self._verify_together(run)
        for done, (entry, decoded) in enumerate(run):
            refusal = self.append(entry, decoded)
            if refusal is not None:
                return start + done, refusal
        return start + len(run), None

    def check_dependencies(self, transactions: Sequence[bytes], time: int) -> None:
        """Raise `DependencyMissing` for one that asks for a branch that is not held here."""
        check_decided_branches(transactions, time=time, decide=self.decide)

    def prepare(self, entries: Sequence[bytes]) -> list[tuple[bytes, Decoded]]:
        """Decode entries that are to be appended and verify their signatures together."""
        run = [(entry, decode_entry(entry)) for entry in entries]
        self._verify_together(run)
        return run

    def append(self, entry: bytes, decoded: Decoded) -> Refusal | Waiting | None:
        """Append an entry to the log, or say why not."""
        if isinstance(decoded, Refusal):
            return decoded
        effects = self.decide(decoded)
        if not isinstance(effects, Effects):
            return effects
        number = self._number
        self._core.append(number, self._branch, decoded.time, entry, encode_effects(effects))
        if effects.index is not None:
            self._indexes[self._branch] = effects.index
        if effects.charter is not None:
            if effects.charter.index is None:
                self._indexes[self._branch] = None
            self._charter = effects.charter
            self._adopt(number, self._branch, effects.charter)
        return None

    def decide(self, entry: Entry) -> Effects | Refusal | Waiting:
        """What an entry changes as the next of the log, or what stands against it."""
        length, _, newest, *_, (payments, others) = self._core.log(self._number, self._branch)
        # 7.1.6
        earliest = earliest_time(self._charter, coop=self._number, length=length, newest=newest)
        if entry.time < earliest:
            return Refusal.TIME_FALLS
        today = entries_of_day(time=entry.time, newest=newest, payments=payments, others=others)
        refusal = check_day(self._charter, today, is_payment=False)
        is_decided = isinstance(entry.transaction, CharterEntry | IndexEntry)
        refusal = refusal or check_standing(
            self._charter,
            self._number,
            is_decided=is_decided,
            is_settled=lambda: self._core.is_settled(self._number, self._branch),
        )
        if refusal is not None:
            return refusal
        return decide(
            entry,
            state=self._log_state(),
            context=self._context,
            verify=self._verify,
            check_key=self._check_key,
        )

    def _log_state(self) -> _LogState:
        log = self._core.log(self._number, self._branch)
        length, head, _, _, held, commons, anchored, *_ = log
        return _LogState(
            self._core,
            (self._number, self._branch),
            self._charter,
            length=length,
            head=head,
            anchored=dict(anchored),
            commons=commons,
            held=held,
            index=self._indexes[self._branch],
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
        # Of stewards who came into office within the run, signatures are verified one by one.
        stewards = stewards_in_office(self._log_state()).stewards
        triples = [triple for each in transactions for triple in self._triples(each, stewards)]
        answers = _native.Signatures(triples).verify(threads)
        self._valid.update(triple for triple, valid in zip(triples, answers, strict=True) if valid)
        keys = [each.key for each in transactions if isinstance(each, Admit)]
        answers = _native.admissible(keys, threads)
        self._admissible.update(key for key, good in zip(keys, answers, strict=True) if good)

    def _triples(
        self, transaction: object, stewards: Mapping[int, Steward]
    ) -> Iterator[tuple[bytes, bytes, bytes]]:
        if isinstance(transaction, Vote) and isinstance(transaction.signature, bytes):
            yield from self._of_members(transaction, [(transaction.account, transaction.signature)])
        if not isinstance(transaction, Stewarded):
            return
        message = self._context + signed_part(transaction)
        for place, signature in transaction.stewards:
            if place in stewards:
                yield stewards[place].key, message, signature
        if isinstance(transaction, Admit):
            yield transaction.key, message, transaction.key_signature
        if isinstance(transaction, Propose):
            yield from self._of_members(transaction, transaction.members)

    def _of_members(
        self, transaction: Vote | Propose, signatures: Iterable[tuple[int, bytes]]
    ) -> Iterator[tuple[bytes, bytes, bytes]]:
        """By the keys that accounts have before the run: what it changes of them is found out one by one."""
        message = self._context + signed_part(transaction)
        for number, signature in signatures:
            row = self._core.account(self._number, self._branch, number)
            if row is not None:
                yield read_account(row).key, message, signature


class _LogState:
    """A log as the shared rules see it."""

    def __init__(
        self,
        core: _native.Validator,
        name: tuple[int, int],
        charter: Charter,
        *,
        length: int,
        head: bytes,
        anchored: Mapping[int, int],
        commons: int,
        held: int,
        index: Index | None,
    ) -> None:
        self._core = core
        self.coop, self._branch = name
        self.charter = charter
        self.length = length
        self.head = head
        self.anchored = anchored
        self.commons = commons
        self.held = held
        self.index = index

    def account(self, number: int) -> Account | None:
        row = self._core.account(self.coop, self._branch, number)
        return None if row is None else read_account(row)

    def head_at(self, length: int) -> bytes | None:
        return self._core.head_at(self.coop, self._branch, length)

    def loss_by(self, coop: int, length: int, head: bytes) -> int | None:
        return self._core.loss_by(self.coop, self._branch, coop, length, head)

    def may_stand(self, coop: int, length: int, head: bytes) -> bool:
        return self._core.may_stand(self.coop, self._branch, coop, length, head)

    def holds_handle(self, handle: Named) -> bool:
        kept = kept_name(handle)
        return self._core.account_named(self.coop, self._branch, kept) is not None

    def members(self, opened_at_most: int) -> int:
        return self._core.members(self.coop, self._branch, opened_at_most)

    def is_settled(self) -> bool:
        return self._core.is_settled(self.coop, self._branch)

    def pledged(self, account: int) -> int:
        return self._core.pledged(self.coop, self._branch, account)

    def levy_total(self, rates: Rates) -> int | None:
        name = (self.coop, self._branch)
        return self._core.levy_total(*name, rates.positive, rates.negative)

    def row(self, chapter: str, key: bytes) -> bytes | None:
        return self._core.row(self.coop, self._branch, chapter, key)

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        return self._core.rows(self.coop, self._branch, chapter)


def shared_run(transactions: Sequence[bytes], start: int) -> Sequence[bytes]:
    """The transactions from `start` on, at most `RUN`, that native code would not decide."""
    end = start
    while end < min(start + RUN, len(transactions)) and (
        transaction_kind(transactions[end]) in SHARED_KINDS
    ):
        end += 1
    return transactions[start:end]


def _is_shared(entry: Entry) -> bool:
    return entry.transaction.kind in SHARED_KINDS


def encode_effects(effects: Effects) -> bytes:
    """What an entry changes, as native code reads it."""
    stand, levy = effects.stand, effects.levy
    return encode(
        [
            [account.row() for account in effects.accounts],
            [[row.chapter, row.key, row.value] for row in effects.chapters],
            _days_after(effects),
            None if stand is None else [stand.coop, stand.length, stand.head, stand.charge],
            effects.commons,
            None if levy is None else [levy.positive, levy.negative],
            None if effects.terms is None else _terms(effects.terms),
            effects.pledged,
        ]
    )


def encode_governance(terms: PaymentTerms, pledged: Iterable[tuple[int, int]]) -> bytes:
    """What payments have to know of bylaws and guarantees, as native code reads it."""
    return encode(_terms(terms)) + encode(list(pledged))


def _terms(terms: PaymentTerms) -> list[Value]:
    return [terms.contribution, terms.ceilings]


def _days_after(effects: Effects) -> list[Value] | None:
    """The values of days as an entry leaves them; None as they are, and nothing where there are none."""
    if effects.index is not None:
        return days_of(effects.index)
    ends = effects.charter is not None and effects.charter.index is None
    return [0, 0, [], []] if ends else None


def days_of(index: Index) -> list[Value]:
    """What native code has to know of an index: the values of days."""
    parameters = index.parameters
    changes = [change.first_day for change in index.line.redenominations]
    return [parameters.base_day, parameters.quote_days, index.values, changes]
