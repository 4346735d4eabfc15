"""A journal as hledger reads it: https://hledger.org/hledger.html#journal."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from node.member.amounts import format_amount
from node.member.bookkeeping.journal import Entry, Journal, Plain, Posting

_WIDTH: Final = 46


def hledger_text(journal: Journal) -> str:
    """The whole file. It asserts the balances that are known, the last ones too: hledger checks them."""
    return "".join(f"{line}\n" for line in _lines(journal))


def _lines(journal: Journal) -> Iterator[str]:
    yield f"; {_described(journal.title)}"
    yield from (f"; {_described(Plain.of(line))}" for line in journal.said.head)
    yield f"; {_described(Plain.of(journal.said.letters))}"
    yield "decimal-mark ."
    yield f"commodity {_money(100_000, journal)}"
    for name in journal.names():
        yield f"account {name}"
    for entry in journal.entries:
        yield ""
        yield from _entry(entry, journal)
    yield ""
    closing = _described(Plain.of(journal.said.closing))
    yield f"{(journal.until - timedelta(days=1)).isoformat()} * {closing}"
    for name, amount in journal.closing.items():
        yield _posting(Posting(name=name, amount=0, balance=amount), journal)


def _entry(entry: Entry, journal: Journal) -> Iterator[str]:
    code = f" ({_in_code(entry.code)})" if entry.code.text else ""
    said = " | ".join(_described(each) for each in (entry.payee, entry.text) if each.text)
    yield f"{entry.day.isoformat()} *{code} {said}".rstrip()
    for name, value in entry.details.items():
        yield f"    ; {name}: {_in_tag(value)}"
    for posting in entry.postings:
        yield _posting(posting, journal)


def _posting(posting: Posting, journal: Journal) -> str:
    line = f"    {posting.name!s:<{_WIDTH}}  {_money(posting.amount, journal)}"
    return line if posting.balance is None else f"{line} = {_money(posting.balance, journal)}"


def _money(minor: int, journal: Journal) -> str:
    symbol = journal.commodity
    return f"{format_amount(minor)} " + (symbol if symbol.isalpha() else f'"{symbol}"')


def _described(text: Plain) -> str:
    """A semicolon would begin a comment, in which words with colons are read as dates and tags."""
    return text.text.replace(";", ",").replace("|", "/")


def _in_code(text: Plain) -> str:
    return _described(text).replace(")", "]").replace("(", "[")


def _in_tag(text: Plain) -> str:
    """A comma would end the value, and what comes after it be read as another tag."""
    return text.text.replace(",", " ").replace(":", " ")
