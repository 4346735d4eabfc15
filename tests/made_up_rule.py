"""A rule that keeps a chapter of its own: what a kind to come will do, without a kind of its own.

`keep_guest_book` lets both validators write into the chapter "guest book" with every entry of stewards: under
the account's number its handle, and how many entries it has had, as the row before says. A closed account's
row is taken out. Nothing else knows of the chapter.
"""

from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import decode, encode
from ledger.effects import Effects, Row
from ledger.refusals import Refusal
from ledger.rules.shared import LogState, decide
from ledger.state import Waiting
from ledger.transactions import Status
from tests.needs import missing_native

GUEST_BOOK = "guest book"


def keep_guest_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the test ends, both validators decide by `decide_with_guest_book`."""
    monkeypatch.setattr("ledger.validators.reference.decide", decide_with_guest_book)
    if missing_native() is None:
        monkeypatch.setattr("ledger.validators.shared_rules.decide", decide_with_guest_book)


def decide_with_guest_book(
    *entry: Any, state: LogState, **others: Any
) -> Effects | Refusal | Waiting:
    """As `ledger.rules.shared.decide`, and a row for each account that changes."""
    effects = decide(*entry, state=state, **others)
    if not isinstance(effects, Effects):
        return effects
    written = []
    for account in effects.accounts:
        key = encode(account.number)
        value = None
        if account.status is not Status.CLOSED:
            before = state.row(GUEST_BOOK, key)
            assert (key, before) in state.rows(GUEST_BOOK) or before is None
            value = encode([account.handle, 1 + entries_of(before)])
        written.append(Row(chapter=GUEST_BOOK, key=key, value=value))
    return replace(effects, chapters=(*effects.chapters, *written))


def entries_of(value: bytes | None) -> int:
    """How many entries a row counts; none when there is none."""
    if value is None:
        return 0
    _, count = decode(value)  # type: ignore[misc]
    assert isinstance(count, int)
    return count
