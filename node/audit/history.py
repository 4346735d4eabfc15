"""Does the history index of a node say what the logs say?

The index is what members see as their payments. It follows from the logs, so an audit computes it again,
independently, while it replays: for each account of the node's own coop a sum over hashes of its rows,
which does not depend on their order. Entries beyond what the index covers are left out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgpack

from ledger.codec import split
from ledger.entries import transaction_start
from ledger.kinds import PAYMENT_KINDS
from ledger.state import COMMONS
from ledger.transactions import Kind
from ledger.validators.interface import Validator
from ledger.validators.reading import has_ended
from node.audit.report import Fault, Finding
from node.store import HistoryRow, Role, Store
from node.store.histories import counted_as, paid_by, payment_digest

PAGE_ROWS = 2_000
_BATCH_BYTES = 256 * 1024
_MODULUS = 2**128


class HistoryCheck:
    """Compares the index of the node of `coop` with the logs that `observe` is shown.

    `lengths` are those of the logs that the audit looks at; a running node may be further by now.
    """

    def __init__(self, store: Store, coop: int, lengths: Mapping[int, int]) -> None:
        self._store = store
        self._coop = coop
        self._upto = {
            log: min(upto, lengths.get(log, 0)) for log, upto in store.history_upto().items()
        }
        self._left: set[int] = set()
        """The coops that have left, of which the last anchor is among what the audit looks at."""
        self._seen: Counter[int] = Counter()
        self._expected: Counter[int] = Counter()

    def observe(self, log: int, entries: bytes) -> None:
        """Take in the next entries of a log, in order, each of them valid."""
        for entry in split(entries):
            self._seen[log] += 1
            if self._seen[log] <= self._upto.get(log, 0):
                self._expect(log, self._seen[log], entry)

    def _expect(self, log: int, number: int, entry: bytes) -> None:
        time, fields = msgpack.unpackb(entry)
        if fields[0] in PAYMENT_KINDS:
            _, payer, _, payee_coop, payee, amount, fee, *_ = fields
            if log == self._coop:
                digest = payment_digest(entry[transaction_start(entry) :])
                paid = -amount - fee
                counted = counted_as(fields)
                self._add(payer, log, number, time, Role.PAYER, paid, counted, digest)
            if payee_coop == self._coop and payee != COMMONS:
                self._add(payee, log, number, time, Role.PAYEE, amount)
        elif fields[0] == Kind.RETURN.value and fields[1] == self._coop:
            paid = paid_by(self._store.entry(self._coop, fields[2]), to=log)
            if paid is not None:
                payer, amount = paid
                self._add(payer, log, number, time, Role.RETURN, amount)

    def _add(
        self,
        account: int,
        log: int,
        number: int,
        time: int,
        role: Role,
        amount: int,
        sequence: int | None = None,
        digest: bytes | None = None,
    ) -> None:
        row = HistoryRow(
            coop=self._coop,
            account=account,
            time=time,
            log=log,
            number=number,
            role=role,
            amount=amount,
            sequence=sequence,
            digest=digest,
        )
        self._expected[account] = (self._expected[account] + _hash(row)) % _MODULUS

    def _expect_what_came_back(self, validator: Validator) -> None:
        """Of the coops that have left: what was on its way to them, once the own log has their last entry."""
        for coop in validator.coops:
            log = validator.log(coop)
            if (
                has_ended(validator, coop)
                and validator.log(self._coop).anchored.get(coop) == log.length
            ):
                taken = log.anchored.get(self._coop, 0)
                self._expect_back_from(validator, coop, log.length, taken)

    def _expect_back_from(self, validator: Validator, left: int, end: int, taken: int) -> None:
        paid: list[tuple[int, int, int]] = []
        upto = self._upto.get(self._coop, 0)
        for number, time, fields in self._own_entries(taken + 1, upto):
            if fields[0] in PAYMENT_KINDS and fields[3] == left:
                paid.append((number, fields[1], fields[5]))
            elif fields[0] == Kind.ANCHOR.value and fields[1:3] == [left, end]:
                self._left.add(left)
                for paid_by, payer, amount in paid:
                    account = validator.account(self._coop, payer)
                    if account is not None and account.is_open_at(number - 1):
                        self._add(payer, left, paid_by, time, Role.LEFT, amount)
                return

    def _own_entries(self, first: int, last: int) -> Iterator[tuple[int, int, list[Any]]]:
        """Number, time and transaction of entries of the own log."""
        while first <= last:
            batch = self._store.entries(self._coop, first, max_bytes=_BATCH_BYTES)
            if batch is None:
                return
            for number, entry in enumerate(split(batch.entries), first):
                if number > last:
                    return
                time, fields = msgpack.unpackb(entry)
                yield number, time, fields
            first += batch.count

    def _is_within(self, row: HistoryRow) -> bool:
        """Whether a row in the store lies within what the audit looks at."""
        if row.role is Role.LEFT:
            return row.log in self._left
        return row.number <= self._upto.get(row.log, 0)

    def findings(self, validator: Validator) -> Iterator[Finding]:
        """The accounts whose rows are not those that follow from the logs."""
        self._expect_what_came_back(validator)
        wrong = [
            account.number
            for account in validator.accounts(self._coop)
            if self._stored(account.number) != self._expected[account.number]
        ]
        if wrong:
            some = ", ".join(str(number) for number in wrong[:5])
            detail = (
                f"the history index of {len(wrong)} accounts (such as {some}) does not say what the "
                "logs say; it can be built again from them"
            )
            yield Finding(fault=Fault.RECORD_DAMAGED, clause="7", coop=self._coop, detail=detail)

    def _stored(self, account: int) -> int:
        """The sum over the rows in the store that lie within what the audit looks at."""
        total, before = 0, None
        while True:
            rows = self._store.history(
                coop=self._coop, account=account, before=before, limit=PAGE_ROWS
            )
            for row in rows:
                if self._is_within(row):
                    total = (total + _hash(row)) % _MODULUS
            if len(rows) < PAGE_ROWS:
                return total
            before = rows[-1].place


def _hash(row: HistoryRow) -> int:
    digest = None if row.digest is None else bytes(row.digest)
    fields = (
        row.account,
        row.time,
        row.log,
        row.number,
        row.role.value,
        row.amount,
        row.sequence,
        digest,
    )
    return int.from_bytes(sha256(repr(fields).encode("ascii")).digest()[:16], "big")
