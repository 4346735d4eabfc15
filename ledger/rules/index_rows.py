"""The chapter of the index: what a log has taken in, from which its index follows (PROTOCOL section 7.8).

A row is a print or a change of source, and its key is the row's first two elements. The first of them is the
decision, and 2 more for each table that came before the one under which it was taken in: so rows of earlier
tables come first, of one table prints come first, and each kind rises by its number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, cast

from ledger.charter import Charter
from ledger.codec import Value, decode, encode
from ledger.decisions import Decision, print_fields, read_print
from ledger.effects import Row
from ledger.index.line import Line
from ledger.index.prints import Print, SourceChange
from ledger.index.table import Index, apply_print, apply_source_change, begin_line, go_on

INDEX_CHAPTER: Final = "index"

_KINDS: Final = 2
"""How many kinds of decisions rows are about: prints and changes of source."""


def index_row(decided: Print | SourceChange, *, run: int) -> Row:
    """The row that a decision becomes; `run` is how many tables came before the one in force."""
    key: list[Value]
    rest: list[Value]
    first = _KINDS * run
    if isinstance(decided, Print):
        key = [first + Decision.PRINT.value, decided.period]
        rest = print_fields(decided)
    else:
        key = [first + Decision.SOURCE.value, decided.number]
        rest = [decided.first_period, decided.description_hash]
    return Row(chapter=INDEX_CHAPTER, key=encode(key), value=encode([*key, *rest]))


def load_index(charter: Charter, rows: Iterable[tuple[bytes, bytes]]) -> Index | None:
    """The index that follows from the chapter's rows, which were checked when they were taken in.

    Raises `ValueError` for rows of another shape, and for any where the charter never had an index.
    """
    if charter.index is None:
        if rows and not charter.index_changes:
            raise ValueError("the charter has no index")
        return None
    line = charter.index.line
    index = begin_line(replace(line, stretches=()))
    for run, decided in _decisions(rows):
        if run < line.first_run:
            continue
        index = _reach(index, line, run)
        if isinstance(decided, Print):
            index = apply_print(index, decided)
        else:
            index = apply_source_change(index, decided)
    return _reach(index, line, line.run)


def rows_of_run(
    rows: Iterable[tuple[bytes, bytes]], *, run: int
) -> Iterator[tuple[bytes, Decision, int]]:
    """Of each row that was taken in under a table its key, what it is, and the first period it is about."""
    for key, value in rows:
        found, decided = _read(value)
        if found != run:
            continue
        if isinstance(decided, Print):
            yield key, Decision.PRINT, decided.period
        else:
            yield key, Decision.SOURCE, decided.first_period


def covering_period(rows: Iterable[tuple[bytes, bytes]], *, period: int, run: int) -> int | None:
    """The period of the print that covers another one, under a table; None if there is none."""
    prints = (
        found
        for _, decision, found in rows_of_run(rows, run=run)
        if decision is Decision.PRINT and found > period
    )
    return min(prints, default=None)


def _reach(index: Index, line: Line, run: int) -> Index:
    """The index under the table that so many came before, of which `line` has the later ones too."""
    while index.line.run < run:
        index = go_on(index, line.stretches[len(index.line.stretches)])
    return index


def _decisions(rows: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[int, Print | SourceChange]]:
    return (_read(value) for _, value in rows)


def _read(row: bytes) -> tuple[int, Print | SourceChange]:
    first, number, *rest = cast("list[Any]", decode(row))
    run, decision = divmod(first - 1, _KINDS)
    if decision + 1 == Decision.SOURCE:
        first_period, description_hash = rest
        return run, SourceChange(
            number=number, first_period=first_period, description_hash=description_hash
        )
    taken = read_print(number, rest)
    if taken is None:
        raise ValueError("a row of the index that is no print")
    return run, taken
