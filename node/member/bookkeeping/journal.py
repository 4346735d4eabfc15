"""A journal of balanced transactions, whichever program reads it. Amounts are integers in minor units.

Whatever comes from people is a `Plain` or a `Name` before it is in here: the writers take nothing else, so
that a memo with quotes, line ends or semicolons stays a memo.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

_BLANKS: Final = frozenset({"Cc", "Zl", "Zp"})
_NOTHING: Final = frozenset({"Cf", "Cs", "Cn", "Co"})
_PART: Final = re.compile(r"[A-Z][A-Za-z0-9-]*")
_ROOTS: Final = frozenset({"Assets", "Equity", "Expenses", "Income", "Liabilities"})
_OTHERS: Final = re.compile(r"[^A-Za-z0-9]+")
_COMMODITY: Final = re.compile(r"[A-Z][A-Z0-9-]{0,22}[A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text on one line, without characters that nobody sees. Made by `of` only."""

    text: str

    def __post_init__(self) -> None:
        assert all(map(_is_seen, self.text)), "a text for a journal is made by Plain.of"

    @classmethod
    def of(cls, text: str) -> Self:
        """Any text: what ends lines becomes a blank, what nobody sees is left out."""
        blanks = (" " if unicodedata.category(each) in _BLANKS else each for each in text)
        return cls(" ".join("".join(filter(_is_seen, blanks)).split()))


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in _BLANKS | _NOTHING


@dataclass(frozen=True, slots=True)
class Name:
    """An account of a journal, from its root down, such as `Assets:Fiado:Norte-alice`."""

    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        assert self.parts[0] in _ROOTS and all(map(_PART.fullmatch, self.parts)), self.parts

    @classmethod
    def of(cls, *parts: str) -> Self:
        """The account of these parts, the last of which may be anybody's name."""
        return cls(tuple(map(_part, parts)))

    def __str__(self) -> str:
        return ":".join(self.parts)


def _part(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = _OTHERS.sub("-", plain).strip("-")
    return kept[:1].upper() + kept[1:] if kept[:1].isalpha() else f"X{kept}"


def commodity_of(unit: str) -> str:
    """The unit's name as both programs take one: capitals, digits and hyphens, two at least."""
    kept = _part(unit).upper()[:24].rstrip("-")
    return kept if _COMMODITY.fullmatch(kept) else f"{kept}X"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What one account gets; `balance` is what it has then, where that is known."""

    name: Name
    amount: int
    balance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A transaction. `code` is its place in a log, `details` are facts about it by lower-case names."""

    day: date
    code: Plain
    payee: Plain
    text: Plain
    postings: Sequence[Posting]
    details: Mapping[str, Plain]

    def __post_init__(self) -> None:
        assert sum(each.amount for each in self.postings) == 0, "a transaction adds up to nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands in a journal for people, in their language: comments at its head, and two entries' texts.

    `letters` is a comment for hledger, which reads letters as the machine is set up.
    """

    head: Sequence[str]
    letters: str
    opening: str
    closing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """All of it, in the order of days. `closing`: what accounts have in the end; it ends before `until`.

    One that `continues` begins where another file ends: it has no opening balance, and is read with those.
    `known` are accounts that those before it have opened, where it continues; else those that later ones may
    use, so that they need not open them.
    """

    title: Plain
    commodity: str
    since: date
    until: date
    entries: Sequence[Entry]
    closing: Mapping[Name, int]
    said: Said
    known: frozenset[Name] = frozenset()
    continues: bool = False

    def names(self) -> list[Name]:
        """The accounts, in alphabetical order."""
        posted = {each.name for entry in self.entries for each in entry.postings}
        return sorted(posted | self.closing.keys(), key=str)

    def opened(self) -> list[Name]:
        """The accounts that no file before this one has opened, and all that later ones may use."""
        names = set(self.names())
        return sorted(names - self.known if self.continues else names | self.known, key=str)


def opening_entry(day: date, balances: Mapping[Name, int], text: str) -> list[Entry]:
    """What there was before, against the equity that both programs look for; nothing where nothing was."""
    postings = [
        Posting(name=name, amount=amount, balance=amount)
        for name, amount in balances.items()
        if amount
    ]
    if not postings:
        return []
    total = sum(each.amount for each in postings)
    if total:
        postings.append(Posting(name=OPENING, amount=-total))
    entry = Entry(
        day=day, code=Plain(""), payee=Plain.of(text), text=Plain(""), postings=postings, details={}
    )
    return [entry]


OPENING: Final = Name(("Equity", "Opening-Balances"))
