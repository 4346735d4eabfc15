"""The chapter of the index: what a log has taken in, from which its index follows (PROTOCOL section 7.8).

A row is a print or a change of source, and its key is the row's first two elements: so prints come first,
and each kind rises by its number.
"""

from collections.abc import Iterable
from typing import Any, Final, cast

from ledger.charter import Charter
from ledger.codec import Value, decode, encode
from ledger.decisions import Decision
from ledger.effects import Row
from ledger.index.prints import LateChange, Print, SourceChange
from ledger.index.table import Index, apply_print, apply_source_change
from ledger.rules.index import index_of_new_log

INDEX_CHAPTER: Final = "index"


def index_row(decided: Print | SourceChange) -> Row:
    """The row that a decision becomes."""
    key: list[Value]
    rest: list[Value]
    if isinstance(decided, Print):
        key = [Decision.PRINT.value, decided.period]
        late = [(change.period, change.change) for change in decided.late]
        rest = [decided.value, decided.source, int(decided.is_stand_in), late]
    else:
        key = [Decision.SOURCE.value, decided.number]
        rest = [decided.first_period, decided.description_hash]
    return Row(chapter=INDEX_CHAPTER, key=encode(key), value=encode([*key, *rest]))


def load_index(charter: Charter, rows: Iterable[tuple[bytes, bytes]]) -> Index | None:
    """The index that follows from the chapter's rows, which were checked when they were taken in.

    Raises `ValueError` for rows of another shape, and for any where the charter has no index.
    """
    index = index_of_new_log(charter)
    for _, value in rows:
        if index is None:
            raise ValueError("the charter has no index")
        decided = _decided(*cast("list[Any]", decode(value)))
        if isinstance(decided, Print):
            index = apply_print(index, decided)
        else:
            index = apply_source_change(index, decided)
    return index


def _decided(decision: int, number: int, *rest: Any) -> Print | SourceChange:
    if decision != Decision.PRINT:
        first_period, description_hash = rest
        return SourceChange(
            number=number, first_period=first_period, description_hash=description_hash
        )
    value, source, is_stand_in, late = rest
    return Print(
        period=number,
        value=value,
        source=source,
        is_stand_in=bool(is_stand_in),
        late=tuple(LateChange(period=period, change=change) for period, change in late),
    )
