"""A journal as beancount reads it: https://beancount.github.io/docs/beancount_language_syntax.html."""

from collections.abc import Iterator
from typing import Final

from node.member.amounts import format_amount
from node.member.bookkeeping.journal import Entry, Journal, Plain, Posting

_WIDTH: Final = 46


def beancount_text(journal: Journal) -> str:
    """The whole file. It ends with the balances that the accounts have then, which beancount checks.

    To the last hundredth: if not told otherwise it lets one of them pass.
    """
    return "".join(f"{line}\n" for line in _lines(journal))


def _lines(journal: Journal) -> Iterator[str]:
    yield from (f"; {Plain.of(line).text}" for line in journal.said.head)
    if not journal.continues:
        yield f'option "title" {_quoted(journal.title)}'
        yield f'option "operating_currency" "{journal.commodity}"'
    yield ""
    for name in journal.opened():
        yield f"{journal.since.isoformat()} open {name} {journal.commodity}"
    for entry in journal.entries:
        yield ""
        yield from _entry(entry, journal)
    yield ""
    for name, amount in journal.closing.items():
        exactly = f"{format_amount(amount)} ~ 0.00 {journal.commodity}"
        yield f"{journal.until.isoformat()} balance {name} {exactly}"


def _entry(entry: Entry, journal: Journal) -> Iterator[str]:
    yield f"{entry.day.isoformat()} * {_quoted(entry.payee)} {_quoted(entry.text)}"
    if entry.code.text:
        yield f"  entry: {_quoted(entry.code)}"
    for name, value in entry.details.items():
        yield f"  {name}: {_quoted(value)}"
    for posting in entry.postings:
        yield from _posting(posting, journal)


def _posting(posting: Posting, journal: Journal) -> Iterator[str]:
    yield f"  {posting.name!s:<{_WIDTH}}  {_money(posting.amount, journal)}"
    if posting.balance is not None:
        yield f"    balance: {_money(posting.balance, journal)}"


def _money(minor: int, journal: Journal) -> str:
    return f"{format_amount(minor)} {journal.commodity}"


def _quoted(text: Plain) -> str:
    escaped = text.text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
