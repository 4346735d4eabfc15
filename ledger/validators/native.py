"""The native validator: `ledger._native` behind the interface of `ledger.validators.interface`.

Native code decides `pay`, `pay_delegated`, `anchor` and `return` and stops in front of everything else, which
`ledger.validators.shared_rules` decides by the rules that both validators share.

This module holds no state but the index of each log, of which native code has the rows and, for payments, the
values of days. It exists only where the extension was built: importing it raises `ImportError` elsewhere, and
`ledger.validators.choose` asks for it that way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import ledger._native as _native
from ledger.charter import Charter
from ledger.codec import MAX, encode
from ledger.effects import Effects
from ledger.entries import decode_entry, encode_entry
from ledger.errors import SnapshotError
from ledger.founding import Founding
from ledger.government.bylaws import BYLAWS_CHAPTER, newest_bylaws
from ledger.government.commons import Rates
from ledger.government.guarantees import GUARANTEES_CHAPTER, pledged_by_all
from ledger.index.table import Index
from ledger.names import Named
from ledger.refusals import Refusal
from ledger.rules.charter import CHARTER_CHAPTER, load_charter
from ledger.rules.days import earliest_time
from ledger.rules.index import index_of_new_log
from ledger.rules.index_rows import INDEX_CHAPTER, load_index
from ledger.shapes import is_number
from ledger.state import Account, Returnable, Transit, Waiting
from ledger.validators.interface import LogView, Replayed, Sequenced
from ledger.validators.native_values import (
    contexts,
    kept_name,
    native_charter,
    read_account,
    read_log,
    read_returnable,
    read_stop,
    read_transit,
)
from ledger.validators.shared_rules import SharedRules, days_of, encode_governance, shared_run

DEFAULT_THREADS: Final = 2


class NativeValidator:
    """Implements `ledger.validators.interface.Validator`. `threads` verify at once, the caller's included."""

    name = "native"

    def __init__(self, founding: Founding, *, threads: int = DEFAULT_THREADS) -> None:
        charter = founding.genesis
        self.founding = founding
        self._core = _native.Validator(founding.federation, native_charter(charter), threads)
        self._charters = {coop: [charter] for coop in charter.coops}
        self._newest = charter
        self._views: dict[int, LogView] = {}
        """What was read of logs since they changed."""
        self._context = contexts(founding.federation, charter.coops)
        self._indexes: dict[int, list[Index | None]] = {
            coop: [index_of_new_log(charter)] for coop in charter.coops
        }
        self._set_days(charter.coops)

    @classmethod
    def load(
        cls, founding: Founding, snapshot: bytes, *, threads: int = DEFAULT_THREADS
    ) -> NativeValidator:
        """From a snapshot; raises `SnapshotError`."""
        genesis = founding.genesis
        validator = cls.__new__(cls)
        validator.founding = founding
        validator._views = {}
        try:
            validator._core = _native.Validator.load(
                founding.federation, native_charter(genesis), threads, snapshot
            )
            coops = validator._core.coops()
            validator._context = contexts(founding.federation, coops)
            validator._charters = {coop: validator._load_charters(coop) for coop in coops}
            validator._find_newest()
            validator._indexes = {
                coop: [
                    load_index(charter, validator._core.rows(coop, branch, INDEX_CHAPTER))
                    for branch, charter in enumerate(charters)
                ]
                for coop, charters in validator._charters.items()
            }
            validator._set_days(coops)
            validator._load_governance(coops)
        except (IndexError, TypeError, ValueError) as error:
            raise SnapshotError("the snapshot is of another charter") from error
        return validator

    def _load_governance(self, coops: Iterable[int]) -> None:
        """Give native code what follows about payments from the chapters of each log."""
        for coop in coops:
            for branch in range(self._core.branches(coop)):
                bylaws = newest_bylaws(self._core.rows(coop, branch, BYLAWS_CHAPTER))
                pledged = pledged_by_all(self._core.rows(coop, branch, GUARANTEES_CHAPTER))
                told = encode_governance(bylaws.payment_terms, pledged.items())
                self._core.set_governance(coop, branch, told)

    def _load_charters(self, coop: int) -> list[Charter]:
        """What each branch of a log goes by, of which native code has the changes but not the charter."""
        charters = []
        for branch in range(self._core.branches(coop)):
            rows = self._core.rows(coop, branch, CHARTER_CHAPTER)
            charter = load_charter(self.founding.genesis, rows)
            if rows:
                self._core.go_by(coop, branch, native_charter(charter))
            charters.append(charter)
        return charters

    def _set_days(self, coops: Iterable[int]) -> None:
        """Give native code the values that follow from the index of each log of these coops."""
        for coop in coops:
            for branch, index in enumerate(self._indexes[coop]):
                if index is not None:
                    self._core.set_days(coop, branch, encode(days_of(index)))

    @property
    def coops(self) -> Collection[int]:
        """See `Validator.coops`."""
        return self._charters.keys()

    def charter(self, coop: int, *, branch: int = 0) -> Charter:
        """See `Validator.charter`."""
        return self._charters[coop][branch]

    def branches(self, coop: int) -> Sequence[int]:
        """See `Validator.branches`."""
        return range(len(self._charters[coop]))

    def add_branch(self, coop: int) -> int:
        """See `Validator.add_branch`."""
        number = self._core.add_branch(coop)
        charter = self._charters[coop][0]
        self._charters[coop].append(charter)
        self._indexes[coop].append(index_of_new_log(charter))
        self._set_days([coop])
        return number

    def gone_by(self, coop: int, *, other: int, branch: int = 0) -> int:
        """See `Validator.gone_by`."""
        return self._core.gone_by(coop, branch, other)

    def taken_in(self, coop: int, *, other: int, branch: int = 0, of: int = 0) -> int:
        """See `Validator.taken_in`."""
        return self._core.taken_in(coop, branch, other, of)

    def standing(self, coop: int) -> int:
        """See `Validator.standing`."""
        return self._core.standing(coop)

    def fork_loss(self, coop: int, *, other: int, branch: int = 0) -> int:
        """See `Validator.fork_loss`."""
        return self._core.fork_loss(coop, branch, other)

    def loss_by(self, coop: int, *, other: int, length: int, head: bytes) -> int | None:
        """See `Validator.loss_by`."""
        return self._core.loss_by(coop, 0, other, length, head)

    def go_by(self, coop: int, charter: Charter) -> None:
        """See `Validator.go_by`."""
        self._views.clear()
        self._core.go_by(coop, 0, native_charter(charter))
        new = charter.coops.keys() - self._charters.keys()
        self._charters |= {other: [charter] for other in new}
        self._charters = dict(sorted(self._charters.items()))
        self._charters[coop][0] = charter
        self._find_newest()
        self._context |= contexts(charter.federation, new)
        self._indexes |= {other: [index_of_new_log(charter)] for other in new}
        self._indexes[coop][0] = self._indexes[coop][0] or index_of_new_log(charter)
        self._set_days((coop, *new))

    def newest_charter(self) -> Charter:
        """See `Validator.newest_charter`."""
        return self._newest

    def open_log(self, coop: int) -> None:
        """See `Validator.open_log`."""
        if coop in self._charters:
            return
        genesis = self.founding.genesis
        self._views.clear()
        self._core.open_log(coop, native_charter(genesis))
        self._charters = dict(sorted({**self._charters, coop: [genesis]}.items()))
        self._context |= contexts(genesis.federation, [coop])
        self._indexes[coop] = [index_of_new_log(genesis)]
        self._set_days([coop])

    def _adopt(self, coop: int, branch: int, charter: Charter) -> None:
        """Let a log go by the charter that its newest entry has led to."""
        for other in charter.coops:
            self.open_log(other)
        self._core.go_by(coop, branch, native_charter(charter))
        self._charters[coop][branch] = charter
        self._find_newest()

    def _find_newest(self) -> None:
        every = (charter for charters in self._charters.values() for charter in charters)
        self._newest = max(every, key=lambda charter: charter.version)

    def _shared_rules(self, coop: int, branch: int = 0) -> SharedRules:
        return SharedRules(
            self._charters[coop][branch],
            self._core,
            coop=coop,
            branch=branch,
            context=self._context[coop],
            indexes=self._indexes[coop],
            adopt=self._adopt,
        )

    def sequence(self, coop: int, time: int, transactions: Sequence[bytes]) -> Sequenced:
        """See `Validator.sequence`."""
        self._views.pop(coop, None)
        length, _, last_time, *_ = self._core.log(coop, 0)
        charter = self._charters[coop][0]
        time = max(time, earliest_time(charter, coop=coop, length=length, newest=last_time))
        first = length + 1
        self._core.check_dependencies(coop, transactions)
        self._shared_rules(coop).check_dependencies(transactions, time)
        outcomes: list[int] = []
        appended: list[bytes] = []
        count = 0
        shared = self._shared_rules(coop)
        while len(outcomes) < len(transactions):
            rest = transactions[len(outcomes) :] if outcomes else transactions
            done, entries, added = self._core.sequence(coop, time, rest)
            outcomes += done
            appended.append(entries)
            count += added
            run = shared_run(transactions, len(outcomes))
            entries_run = [encode_entry(time, transaction) for transaction in run]
            for entry, decoded in shared.prepare(entries_run):
                stop = shared.append(entry, decoded)
                if stop is None:
                    outcomes.append(first + count)
                    appended.append(entry)
                    count += 1
                elif isinstance(stop, Refusal):
                    outcomes.append(-stop.value)
                else:
                    raise AssertionError("an entry that waits passed the check of dependencies")
        length, head, *_ = self._core.log(coop, 0)
        return Sequenced(
            outcomes=outcomes,
            first=first,
            entries=b"".join(appended),
            count=count,
            length=length,
            head=head,
        )

    def replay(self, coop: int, entries: bytes, *, branch: int = 0) -> Replayed:
        """See `Validator.replay`."""
        self._views.pop(coop, None)
        parts = _native.Entries(entries)
        shared = self._shared_rules(coop, branch)
        reached = 0
        while True:
            reached, refusal, waiting, is_shared = self._core.replay(coop, branch, parts, reached)
            if is_shared:
                reached, stop = shared.replay(parts, reached)
                if stop is None:
                    continue
            else:
                stop = read_stop(refusal, waiting)
            return Replayed(
                count=reached,
                consumed=parts.start(reached),
                refusal=stop if isinstance(stop, Refusal) else None,
                waiting=stop if isinstance(stop, Waiting) else None,
            )

    def judge(self, coop: int, entry: bytes, *, branch: int = 0) -> Refusal | Waiting | None:
        """See `Validator.judge`."""
        refusal, waiting, is_shared = self._core.judge(coop, branch, entry)
        if is_shared:
            return self._judge_shared(coop, branch, entry)
        return read_stop(refusal, waiting)

    def _judge_shared(self, coop: int, branch: int, entry: bytes) -> Refusal | Waiting | None:
        decoded = decode_entry(entry)
        if isinstance(decoded, Refusal):
            return decoded
        decided = self._shared_rules(coop, branch).decide(decoded)
        return None if isinstance(decided, Effects) else decided

    def chain(self, coop: int, entries: bytes, *, branch: int = 0) -> tuple[int, bytes]:
        """See `Validator.chain`."""
        parts = _native.Entries(entries)
        return len(parts), self._core.chain(coop, branch, parts)

    def log(self, coop: int, *, branch: int = 0) -> LogView:
        """See `Validator.log`."""
        if branch:
            return read_log(coop, self._core.log(coop, branch))
        if coop not in self._views:
            self._views[coop] = read_log(coop, self._core.log(coop, 0))
        return self._views[coop]

    def head_at(self, coop: int, length: int, *, branch: int = 0) -> bytes | None:
        """See `Validator.head_at`."""
        return self._core.head_at(coop, branch, length) if 0 <= length <= MAX else None

    def recall_head(self, coop: int, length: int, head: bytes) -> None:
        """See `Validator.recall_head`."""
        self._core.recall_head(coop, length, head)

    def account(self, coop: int, number: int, *, branch: int = 0) -> Account | None:
        """See `Validator.account`."""
        row = self._core.account(coop, branch, number) if is_number(number) else None
        return None if row is None else read_account(row)

    def account_named(self, coop: int, handle: Named) -> int | None:
        """See `Validator.account_named`."""
        try:
            return self._core.account_named(coop, 0, kept_name(handle))
        except UnicodeEncodeError:  # a lone surrogate is text to Python, but no log has it
            return None

    def accounts_of_key(self, coop: int, key: bytes) -> list[int]:
        """See `Validator.accounts_of_key`."""
        return self._core.accounts_of_key(coop, key)

    def accounts(self, coop: int, *, branch: int = 0) -> Iterator[Account]:
        """See `Validator.accounts`."""
        for number in self._core.account_numbers(coop, branch):
            row = self._core.account(coop, branch, number)
            if row is not None:
                yield read_account(row)

    def in_transit(self, coop: int, *, branch: int = 0) -> list[Transit]:
        """See `Validator.in_transit`."""
        return [read_transit(row) for row in self._core.in_transit(coop, branch)]

    def credits_waiting(self, *, home: int, other: int) -> int:
        """See `Validator.credits_waiting`."""
        return self._core.credits_waiting(home, other)

    def returnable(self, coop: int, *, branch: int = 0) -> list[Returnable]:
        """See `Validator.returnable`."""
        return [read_returnable(row) for row in self._core.returnable(coop, branch)]

    def index(self, coop: int, *, branch: int = 0) -> Index | None:
        """See `Validator.index`."""
        return self._indexes[coop][branch]

    def row(self, coop: int, chapter: str, key: bytes, *, branch: int = 0) -> bytes | None:
        """See `Validator.row`."""
        return self._core.row(coop, branch, chapter, key)

    def rows(self, coop: int, chapter: str, *, branch: int = 0) -> list[tuple[bytes, bytes]]:
        """See `Validator.rows`."""
        return self._core.rows(coop, branch, chapter)

    def is_settled(self, coop: int, *, branch: int = 0) -> bool:
        """See `Validator.is_settled`."""
        return self._core.is_settled(coop, branch)

    def pledged(self, coop: int, account: int, *, branch: int = 0) -> int:
        """See `Validator.pledged`."""
        return self._core.pledged(coop, branch, account)

    def members(self, coop: int, opened_at_most: int, *, branch: int = 0) -> int:
        """See `Validator.members`."""
        return self._core.members(coop, branch, opened_at_most)

    def levy_total(self, coop: int, rates: Rates, *, branch: int = 0) -> int | None:
        """See `Validator.levy_total`."""
        return self._core.levy_total(coop, branch, rates.positive, rates.negative)

    def digest(self) -> bytes:
        """See `Validator.digest`."""
        return self._core.digest()

    def snapshot(self) -> bytes:
        """See `Validator.snapshot`."""
        return self._core.snapshot()
