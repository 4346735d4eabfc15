"""The history index: which entries concern which account of this coop.

It is derived from the logs and may lag behind them: idle ticks bring it forward by a bounded number of
entries, and whoever needs it whole brings it forward first. So recording and replicating payments never
pay for it.
"""

from collections.abc import Iterable, Sequence

import msgpack

from ledger.codec import split
from ledger.entries import decode_transaction, transaction_start
from ledger.kinds import PAYMENT_KINDS
from ledger.state import COMMONS
from ledger.transactions import Kind, Pay
from node.engine.core import Core
from node.engine.recording.coming_back import ComingBack
from node.errors import LogDamaged
from node.store import HistoryRow, Role, Segment
from node.store.histories import counted_as, paid_by, payment_digest

_BATCH_BYTES = 256 * 1024
_FEW_ENTRIES = 64
_UNSAVED_ENTRIES = 4_096


class History:
    """Keeps the index; reads only committed entries."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._upto = core.store.history_upto()
        self._unsaved = 0
        """How many entries it covers that the store does not know of: after a start they are read again."""
        self._is_rebuilt = False
        self._coming_back: ComingBack | None = None
        """What an entry that comes next brought back: while it is looked for, that entry is not covered."""

    def follow(self, segments: Iterable[Segment]) -> None:
        """Cover what was just committed, where it concerns nobody here, without reading it again."""
        for segment in segments:
            coop = segment.coop
            is_next = self._upto.get(coop, 0) + 1 == segment.first
            if coop == self._core.coop or not is_next or segment.count > _FEW_ENTRIES:
                continue
            if not any(map(self._concerns_home, split(segment.entries))):
                self._upto[coop] = segment.last
                self._unsaved += segment.count
        if self._unsaved >= _UNSAVED_ENTRIES:
            self._save([])

    def _concerns_home(self, entry: bytes) -> bool:
        """Whether an entry of another log has a row here."""
        _, fields = msgpack.unpackb(entry)
        if fields[0] in PAYMENT_KINDS:
            return bool(fields[3] == self._core.coop)
        return bool(fields[0] == Kind.RETURN and fields[1] == self._core.coop)

    def _save(self, rows: Sequence[HistoryRow]) -> None:
        self._core.store.add_history(rows, self._upto)
        self._unsaved = 0

    def begin_anew(self) -> None:
        """The store has dropped the index, because another history of a log stands now."""
        self._upto = self._core.store.history_upto()
        self._coming_back = None

    def is_behind(self) -> bool:
        """Whether there are committed entries that it does not cover."""
        return any(length > self._upto.get(coop, 0) for coop, length in self._lengths().items())

    def missing(self, coop: int) -> LogDamaged | None:
        """What keeps it from having everything of a log, if some of that is damaged."""
        core = self._core
        length, _ = core.store.logs().get(coop, (0, b""))
        is_damaged = coop in core.damaged or any(damage.coop == coop for damage in core.suspected)
        if self._upto.get(coop, 0) >= length or not is_damaged:
            return None
        return LogDamaged(coop=coop, first=self._upto.get(coop, 0) + 1, last=length)

    def payment(self, account: int, sequence: int) -> tuple[int, bytes] | None:
        """Which entry of the own log is that payment of an account here, and its transaction's bytes.

        The log itself is asked, where a mistake would cost money: an index that a disk has changed could say
        that a payment was never recorded. One that is found wrong is built again, once while the node runs.
        None when even so it has no such payment. Raises `LogDamaged`.
        """
        self.catch_up_all()
        found = self._look_up(account, sequence)
        if found is None and not self._is_rebuilt:
            self._is_rebuilt = True
            self._core.store.drop_history()
            self._upto = {}
            self._coming_back = None
            self.catch_up_all()
            found = self._look_up(account, sequence)
        return found

    def _look_up(self, account: int, sequence: int) -> tuple[int, bytes] | None:
        store, coop = self._core.store, self._core.coop
        row = store.find_payments(coop, [(account, sequence)]).get((account, sequence))
        entry = None if row is None else store.entry(coop, row.number)
        if row is None or entry is None:
            return None
        transaction = entry[transaction_start(entry) :]
        pay = decode_transaction(transaction)
        if not isinstance(pay, Pay) or (pay.payer, counted_as(pay.fields())) != (account, sequence):
            return None
        return row.number, transaction

    def _lengths(self) -> dict[int, int]:
        """The logs that can be read on."""
        core = self._core
        readable = set(core.validator.coops) - core.damaged.keys()
        return {coop: length for coop, (length, _) in core.store.logs().items() if coop in readable}

    def catch_up_all(self) -> None:
        """Cover everything that is committed."""
        while self.catch_up():
            pass

    def catch_up(self) -> bool:
        """Cover a bounded number of entries more; whether there were any."""
        rows: list[HistoryRow] = []
        progress = False
        for coop, length in self._lengths().items():
            first = self._upto.get(coop, 0) + 1
            if first > length or any(damage.coop == coop for damage in self._core.suspected):
                continue
            try:
                found, covered = self._next(coop, first)
            except LogDamaged as damage:
                self._core.suspected.append(damage)
                continue
            if covered is None:
                continue
            rows += found
            self._upto[coop] = covered
            progress = True
        if progress:
            self._save(rows)
        return progress

    def _next(self, log: int, first: int) -> tuple[list[HistoryRow], int | None]:
        """The rows of some entries from `first` on, and the last one covered; None: there are none.

        The covered one may be the one before `first`: then something is still looked for.
        """
        core = self._core
        search = self._coming_back if log == core.coop else None
        if search is not None:
            return self._look_further(search)
        batch = core.store.entries(log, first, max_bytes=_BATCH_BYTES)
        if batch is None:
            return [], None
        rows: list[HistoryRow] = []
        for number, entry in enumerate(split(batch.entries), first):
            if log == core.coop:
                self._coming_back = ComingBack.at(core.validator, log, number, entry)
                if self._coming_back is not None:
                    return rows, number - 1
            rows += self._rows(log, number, entry)
        return rows, first + batch.count - 1

    def _look_further(self, search: ComingBack) -> tuple[list[HistoryRow], int]:
        """Go on with what came back; its rows, and the anchor as covered, once all is known."""
        core = self._core
        if not search.is_over:
            batch = core.store.entries(core.coop, search.next, max_bytes=_BATCH_BYTES)
            assert batch is not None, "what comes before an entry of the log is in it"
            search.look_at(core.validator, split(batch.entries))
        if not search.is_over:
            return [], search.anchor - 1
        self._coming_back = None
        return search.rows, search.anchor

    def _rows(self, log: int, number: int, entry: bytes) -> list[HistoryRow]:
        time, fields = msgpack.unpackb(entry)
        home = self._core.coop
        if fields[0] in PAYMENT_KINDS:
            _, payer, _, payee_coop, payee, amount, fee, *_ = fields
            rows = []
            if log == home:
                digest = payment_digest(entry[transaction_start(entry) :])
                rows.append(
                    _row(
                        home,
                        payer,
                        time,
                        log,
                        number,
                        Role.PAYER,
                        -amount - fee,
                        counted_as(fields),
                        digest,
                    )
                )
            if payee_coop == home and payee != COMMONS:
                rows.append(_row(home, payee, time, log, number, Role.PAYEE, amount))
            return rows
        if fields[0] == Kind.RETURN and fields[1] == home:
            paid = paid_by(self._core.store.entry(home, fields[2]), to=log)
            if paid is not None:
                payer, amount = paid
                return [_row(home, payer, time, log, number, Role.RETURN, amount)]
        return []


def _row(
    coop: int,
    account: int,
    time: int,
    log: int,
    number: int,
    role: Role,
    amount: int,
    sequence: int | None = None,
    digest: bytes | None = None,
) -> HistoryRow:
    return HistoryRow(
        coop=coop,
        account=account,
        time=time,
        log=log,
        number=number,
        role=role,
        amount=amount,
        sequence=sequence,
        digest=digest,
    )
