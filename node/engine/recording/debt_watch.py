"""Follows the own log to know since when accounts are in debt, and to keep the coop's books.

`node.engine.debts` and `node.engine.books` have the values.

It is derived from the logs as the history index is: in bounded steps while nobody waits, after a start from
the first entry on. An account's balance that follows from it is compared with the validator's: where they
differ, as they may after a fork, nothing is claimed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import msgpack

from ledger.codec import decode, encode, split
from ledger.government.actions import DecideLevy, DecideSpend, Expel
from ledger.government.leaving import SETTLED_CHAPTER, Step, settlement_of
from ledger.government.opening import OPENED_CHAPTER, opened_of
from ledger.government.tally import Outcome
from ledger.kinds import PAYMENT_KINDS
from ledger.rules.government.opening import books_of
from ledger.rules.government.register import read_proposal
from ledger.state import COMMONS
from ledger.transactions import Kind
from ledger.validators.reading import LogReader
from node.engine.books import Cause, CoopBooks
from node.engine.core import Core
from node.engine.debts import DebtBook, Standing
from node.engine.recording.booking_rows import BookingRows
from node.engine.recording.coming_back import is_last_entry
from node.engine.recording.reading_ahead import ReadingAhead
from node.errors import LogDamaged
from node.flows import Flow
from node.store import Role
from node.store.histories import paid_by

_BATCH_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Credit:
    """What an anchor credits: `entry` of the other log, of the time `paid`; by leaving, of the own one."""

    account: int
    amount: int
    role: Role
    entry: int
    paid: int


class DebtWatch:
    """Keeps the book; reads only committed entries."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all: another history of a log stands now."""
        self._book = DebtBook()
        self._books = CoopBooks()
        self._rows = BookingRows(self._core)
        self._upto = 0
        self._taken: dict[int, int] = {}
        """How far the entries that were followed have taken in each other log."""
        self._stopped_by: int | None = None
        """Whose log is damaged where it is needed; it goes on once that is mended."""
        self._ahead = ReadingAhead(self._core, piece_bytes=_BATCH_BYTES)
        self._walk = self._follow()

    def is_behind(self) -> bool:
        """Whether there are committed entries that it could follow."""
        core = self._core
        broken = core.damaged.keys() | {damage.coop for damage in core.suspected}
        return self._stopped_by not in broken and self._upto < self._length()

    def is_whole(self) -> bool:
        """Whether it has followed everything that is committed."""
        return self._upto >= self._length()

    def standing(self, account: int) -> Standing | None:
        """That of an account; None while that is not known, or when it is not as the validator has it."""
        if not self.is_whole():
            return None
        found = self._book.standings.get(account) or Standing()
        kept = self._core.validator.account(self._core.coop, account)
        return None if kept is None or kept.balance != found.balance else found

    def in_debt_since(self, time: int) -> dict[int, int] | None:
        """The accounts that are in debt at least since `time`, rising, and since when; None while unknown."""
        if not self.is_whole():
            return None
        standings = self._book.standings
        found = {
            number: standing.since
            for number, standing in standings.items()
            if standing.since is not None and standing.since <= time
        }
        return dict(sorted(found.items()))

    def books(self) -> CoopBooks | None:
        """The coop's books; None while they are not whole."""
        return self._books if self.is_whole() else None

    def has_bookings(self) -> bool:
        """Whether the rows of statements cover everything that is committed."""
        return self._core.store.bookings_upto() == self._length()

    def mend_bookings(self) -> None:
        """The rows of statements are not what was written: make them again."""
        self._rows.drop()
        self.begin_anew()

    def _length(self) -> int:
        length, _ = self._core.store.logs().get(self._core.coop, (0, b""))
        return length

    def catch_up(self) -> None:
        """Follow a bounded number of entries more."""
        if not self.is_behind():
            return
        try:
            next(self._walk, None)
            self._rows.write(self._upto)
        except LogDamaged as damage:
            self._stopped_by = damage.coop
            self._core.suspected.append(damage)
            self._ahead = ReadingAhead(self._core, piece_bytes=_BATCH_BYTES)
            self._walk = self._follow()

    def _follow(self) -> Iterator[None]:
        """Follow the log for ever; a step is over at each `yield`. What an entry does is done at once."""
        core = self._core
        while True:
            batch = core.store.entries(core.coop, self._upto + 1, max_bytes=_BATCH_BYTES)
            for entry in () if batch is None else split(batch.entries):
                time, fields = msgpack.unpackb(entry)
                if fields[0] == Kind.ANCHOR:
                    yield from self._take_in(self._upto + 1, time, fields)
                else:
                    self._apply(self._upto + 1, time, fields)
                self._upto += 1
            yield

    def _apply(self, number: int, time: int, fields: Sequence[Any]) -> None:
        """What an entry of the own log that is no anchor moves."""
        match fields[0]:
            case Kind.PAY | Kind.PAY_DELEGATED:
                self._pay(number, time, fields)
            case Kind.RETURN:
                store = self._core.store
                paid = paid_by(store.entry(fields[1], fields[2]), to=self._core.coop)
                if paid is not None:
                    self._books.flow(Flow.GIVEN_BACK, paid[1], time, fields[1])
            case Kind.SPEND:
                self._spend(number, time, payee=fields[2], amount=fields[3])
            case Kind.LEVY:
                self._levy(number, time, positive=fields[2], negative=fields[3])
            case Kind.OPENING:
                self._open_books(number, time)
            case Kind.LEAVE:
                self._close(number, time, account=fields[1], payee=fields[3])
            case Kind.SETTLE if fields[3] == Step.SETTLE:
                self._close(number, time, account=fields[1], payee=None)
            case Kind.ENACT:
                self._carry_out(number, time, proposal=fields[1])
            case _:
                pass

    def _pay(self, number: int, time: int, fields: Sequence[Any]) -> None:
        _, payer, _, coop, payee, amount, fee, *_ = fields
        self._paid(payer, -amount - fee, number, time, Role.PAYER)
        if fee:
            self._books.flow(Flow.CONTRIBUTION, fee, time)
        if coop != self._core.coop:
            self._books.flow(Flow.PAID_OUT, amount, time, coop)
        elif payee == COMMONS:
            self._books.flow(Flow.GIFT, amount, time)
        else:
            self._paid(payee, amount, number, time, Role.PAYEE)

    def _paid(self, account: int, amount: int, number: int, time: int, role: Role) -> None:
        """An entry of the own log pays or is paid."""
        self._book.move(account, amount, time)
        home = self._core.coop
        self._rows.payment(
            account, amount, number, time, role=role, log=home, entry=number, paid=time
        )

    def _spend(self, number: int, time: int, *, payee: int, amount: int) -> None:
        self._move(payee, amount, number, time, Cause.SPENT)
        self._books.flow(Flow.SPENT, amount, time)

    def _levy(self, number: int, time: int, *, positive: int, negative: int) -> None:
        taken = self._book.levy(positive=positive, negative=negative, time=time)
        self._books.flow(Flow.LEVY, sum(taken.values()), time)
        for account, amount in taken.items():
            self._rows.move(account, -amount, number, time, Cause.LEVY, None)

    def _move(
        self, account: int, amount: int, number: int, time: int, cause: Cause, other: int = COMMONS
    ) -> None:
        """Change an account by what is no payment."""
        self._book.move(account, amount, time)
        self._rows.move(account, amount, number, time, cause, other)

    def _open_books(self, number: int, time: int) -> None:
        """With the last part of an opening all accounts have the balances of all parts."""
        log = LogReader(self._core.validator, self._core.coop)
        books = books_of(log)
        if books is None or books.number != number:
            return
        for key, value in log.rows(OPENED_CHAPTER):
            opened = opened_of(value)
            assert opened is not None, "it is a row"
            self._move(cast(int, decode(key)), opened.balance, number, time, Cause.OPENED)
        if books.commons:
            self._books.flow(Flow.OPENED, -books.commons, time)

    def _carry_out(self, number: int, time: int, *, proposal: int) -> None:
        """What members have decided."""
        found = read_proposal(LogReader(self._core.validator, self._core.coop), proposal)
        if found is None or found.outcome is not Outcome.ENACTED:
            return
        match found.action:
            case DecideSpend():
                self._spend(number, time, payee=found.action.payee, amount=found.action.amount)
            case DecideLevy():
                rates = found.action
                self._levy(number, time, positive=rates.positive, negative=rates.negative)
            case Expel():
                self._close(number, time, account=found.action.account, payee=found.action.payee)
            case _:
                pass

    def _close(self, number: int, time: int, *, account: int, payee: int | None) -> None:
        """An account that closes passes on what it has; or its debt is paid by who answers for it."""
        row = self._core.validator.row(self._core.coop, SETTLED_CHAPTER, encode(account))
        settled = settlement_of(row)
        standing = self._book.standings.get(account)
        had = 0 if standing is None else standing.balance
        if settled is not None and settled.number == number:
            self._move(account, -had, number, time, Cause.SETTLED)
            for guarantor, share in settled.paid.shares:
                self._move(guarantor, -share, number, time, Cause.PAID_FOR, account)
            self._books.flow(Flow.SETTLED, settled.paid.commons, time)
        elif had > 0 and payee is not None:
            self._move(account, -had, number, time, Cause.PASSED_ON, payee)
            if payee == COMMONS:
                self._books.flow(Flow.PASSED_ON, had, time)
            else:
                self._move(payee, had, number, time, Cause.INHERITED, account)
        elif had:
            self._move(account, -had, number, time, Cause.OTHER)

    def _take_in(self, number: int, time: int, fields: Sequence[Any]) -> Iterator[None]:
        """What an anchor credits: payments from the other log, and what comes back if its coop has left."""
        _, coop, length, *_ = fields
        home = self._core.coop
        credits: list[_Credit] = []
        for at, paid, (kind, *rest) in self._entries(coop, self._taken.get(coop, 0) + 1, length):
            if kind is None:
                yield
            elif kind in PAYMENT_KINDS and rest[2] == home:
                credits.append(_Credit(rest[3], rest[4], Role.PAYEE, at, paid))
            elif kind == Kind.RETURN and rest[0] == home:
                given = paid_by(self._core.store.entry(home, rest[1]), to=coop)
                if given is not None:
                    payer, amount = given
                    credits.append(_Credit(payer, amount, Role.RETURN, at, paid))
        if is_last_entry(self._core.validator, coop, length):
            after = self._core.validator.log(coop).anchored.get(home, 0)
            for at, _, (kind, *rest) in self._entries(home, after + 1, number - 1):
                if kind is None:
                    yield
                elif kind in PAYMENT_KINDS and rest[2] == coop:
                    credits.append(_Credit(rest[0], rest[4], Role.LEFT, at, time))
        self._taken[coop] = length
        for each in credits:
            self._credit(each, coop, number, time)

    def _credit(self, credit: "_Credit", coop: int, number: int, time: int) -> None:
        """Entry `number` has taken something in from the log of `coop`."""
        account, amount = credit.account, credit.amount
        kept = self._core.validator.account(self._core.coop, account) if account else None
        if kept is None or not kept.is_open_at(number - 1):
            self._books.flow(Flow.COMMONS_IN, amount, time, coop)
            return
        flow = Flow.PAID_IN if credit.role is Role.PAYEE else Flow.CAME_BACK
        self._books.flow(flow, amount, time, coop)
        self._book.move(account, amount, time)
        self._rows.payment(
            account,
            amount,
            number,
            time,
            role=credit.role,
            log=coop,
            entry=credit.entry,
            paid=credit.paid,
        )

    def _entries(
        self, coop: int, first: int, last: int
    ) -> Iterator[tuple[int, int, Sequence[Any]]]:
        """Number, time and elements of entries of a log; `[None]` stands for the end of a step."""
        for found in self._ahead.entries(coop, first, last):
            if found is None:
                yield 0, 0, [None]
            else:
                number, entry = found
                time, fields = msgpack.unpackb(entry)
                yield number, time, fields
