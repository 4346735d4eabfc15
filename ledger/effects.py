"""What an entry changes, as the rules say it that both validators share.

A rule that decides answers with `Effects`: whatever is different in the entry's log afterwards, as values, so
that neither validator has to know the kind. What a kind remembers it writes into a *chapter*: named rows,
which validators keep, list in the digest and put into snapshots without understanding them (PROTOCOL section
7.8). So a new kind needs nothing of the validators.

Amounts that are on their way, positions and the commons are not here, but for what a decision about branches
does to them: what moves them is decided natively.
"""

from dataclasses import dataclass

from ledger.charter import Charter
from ledger.codec import MAX
from ledger.government.commons import PaymentTerms, Rates
from ledger.index.table import Index
from ledger.state import Account, Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of `chapter` as an entry leaves it; without a value it is gone.

    `key` and `value` are canonical encodings of one value each. The chapter's name has 1 to 32 bytes.
    """

    chapter: str
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetStand:
    """A log goes by the branch of `coop`'s log that has `head` at `length`; `charge` leaves its commons."""

    coop: int
    length: int
    head: bytes
    charge: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What is different in a log after an entry. Accounts, rows, index and charter are as they are then."""

    accounts: tuple[Account, ...] = ()
    chapters: tuple[Row, ...] = ()
    index: Index | None = None
    """What follows from the chapter of the index; None when it is as before, or when `charter` has none."""
    charter: Charter | None = None
    """What the log goes by from the next entry on; None when it is as before."""
    stand: LetStand | None = None
    """What a decision about a fork does to it (`ledger.rules.branches.let_stand`); None for all else."""
    commons: int = 0
    """By how much the commons changes, in minor units. With the changes of accounts it adds up to 0."""
    levy: Rates | None = None
    """A levy on all accounts, which the commons gets; the only thing then that moves amounts."""
    terms: PaymentTerms | None = None
    """What follows from the chapter of the bylaws for payments; None when it is as before."""
    pledged: tuple[tuple[int, int], ...] = ()
    """What follows from the chapter of guarantees: accounts whose pledges change, with their sum then."""


def apply_effects(log: Log, effects: Effects) -> None:
    """Carry out what a rule decided for the next entry of `log`."""
    _move(log, effects)
    for account in effects.accounts:
        log.accounts[account.number] = account
        log.handles[account.handle] = account.number
    for row in effects.chapters:
        _put(log, row)
    if effects.index is not None:
        log.index = effects.index
    if effects.charter is not None:
        log.charter = effects.charter
        log.index = log.index if effects.charter.index is not None else None
    if effects.terms is not None:
        log.terms = effects.terms
    for number, total in effects.pledged:
        log.pledged[number] = total
        if not total:
            del log.pledged[number]


def levy_total(log: Log, rates: Rates) -> int | None:
    """What a levy would take of the accounts of `log`, in minor units; None when it can't be taken.

    It can't when a balance or that of the commons would leave its range.
    """
    balances = [account.balance for account in log.accounts.values()]
    total = sum(map(rates.of, balances))
    fits = all(balance - rates.of(balance) >= -MAX for balance in balances)
    return total if fits and log.commons + total <= MAX else None


def _move(log: Log, effects: Effects) -> None:
    before = (log.accounts.get(account.number) for account in effects.accounts)
    moved = sum(account.balance for account in effects.accounts)
    moved -= sum(account.balance for account in before if account is not None)
    assert moved + effects.commons == 0, "what an entry moves adds up to nothing"
    log.commons += effects.commons
    if effects.levy is not None:
        assert not effects.accounts, "a levy goes alone"
        for account in log.accounts.values():
            taken = effects.levy.of(account.balance)
            account.balance -= taken
            log.commons += taken


def _put(log: Log, row: Row) -> None:
    rows = log.chapters.setdefault(row.chapter, {})
    if row.value is None:
        rows.pop(row.key, None)
    else:
        rows[row.key] = row.value
    if not rows:
        del log.chapters[row.chapter]
