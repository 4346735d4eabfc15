"""The table of an invoice's states."""

import itertools

import pytest

from docs.generate import ROOT
from node.merchant.states import FROM_PAYMENTS, TABLE, Happening, Reason, State, diagram, step


def test_payments_can_always_happen() -> None:
    """Nobody can refuse what is in a log: each state has an answer to whatever payments amount to."""
    for state, happening in itertools.product(State, FROM_PAYMENTS):
        assert step(state, Reason.NONE, happening) is not None


@pytest.mark.parametrize("reason", list(Reason))
def test_what_is_settled_or_cancelled_stays_so(reason: Reason) -> None:
    for state, happening in itertools.product((State.SETTLED, State.CANCELLED), Happening):
        following = step(state, reason, happening)
        assert following is None or following[0] is state


def test_only_what_was_paid_or_marked_is_settled() -> None:
    paid = {Happening.COVERED, Happening.EXCEEDED, Happening.MARK}
    for (state, happening), (following, _) in TABLE.items():
        if following is State.SETTLED and state is not State.SETTLED:
            assert happening in paid


def test_what_is_paid_and_on_its_way_can_not_be_cancelled() -> None:
    assert step(State.PROCESSING, Reason.NONE, Happening.CANCEL) is None
    assert step(State.SETTLED, Reason.NONE, Happening.CANCEL) is None


def test_a_reason_is_kept_where_the_table_says_so() -> None:
    assert step(State.OPEN, Reason.PARTIAL, Happening.DEADLINE) == (State.EXPIRED, Reason.PARTIAL)
    assert step(State.SETTLED, Reason.MARKED, Happening.PART) == (State.SETTLED, Reason.MARKED)


def test_the_picture_in_the_page_is_drawn_from_the_table() -> None:
    page = (ROOT / "docs/MERCHANTS.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{diagram()}\n```" in page
