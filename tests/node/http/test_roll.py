"""The roll of a vote by name: as it was fixed when the vote opened, a page at a time."""

from types import SimpleNamespace
from typing import cast

import pytest

from ledger.government.actions import DecideLimit
from ledger.transactions import Status
from node.engine.view import View
from node.http.voting import facts
from tests.builders import build_federation, open_books
from tests.voting_builders import open_vote

LIMIT = DecideLimit(account=3, limit=5, from_=0, until=None, after=None)


def test_a_roll_lists_who_was_a_member_when_the_vote_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    books = open_books(build_federation(coops=1))
    books.admit(1, 1, 2, 3, 4, 5)
    books.set_status(1, 4, Status.CLOSED)
    open_vote(books, action=LIMIT, about=(3,))
    books.set_status(1, 5, Status.CLOSED)
    books.admit(1, 6)
    view = cast("View", SimpleNamespace(coop=1, validator=books.validator, shows_names=False))
    monkeypatch.setattr(facts, "ROLL_ITEMS", 2)
    first = facts.roll_after(view, 1, 0)
    assert first is not None
    assert [each.handle for each in first.roll] == ["member1", "member2"]
    assert first.next is not None
    second = facts.roll_after(view, 1, first.next)
    assert second is not None
    assert ([each.account for each in second.roll], second.next) == ([5], None)
    assert facts.roll_after(view, 2, 0) is None
