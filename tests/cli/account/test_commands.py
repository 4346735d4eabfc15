"""What `fiado balance` says of the stewards' changes."""

import pytest

from cli.account.limits import change_words
from cli.account.payments import history_line
from cli.shell.csv_text import Amount


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "status", "status": "frozen", "limit": None}, "frozen"),
        ({"kind": "status", "status": "open", "limit": None}, "thawed"),
        ({"kind": "status", "status": "closed", "limit": None}, "closed"),
        ({"kind": "limit", "status": None, "limit": 0}, "limit changed to 0.00"),
        ({"kind": "limit", "status": None, "limit": 12_050}, "limit changed to 120.50"),
        # A node of an earlier version does not say to what.
        ({"kind": "status"}, "frozen, thawed or closed"),
        ({"kind": "limit"}, "limit changed"),
        ({"kind": "guarantee"}, "guarantee"),
    ],
)
def test_a_change_says_which_it_was(change: dict[str, object], words: str) -> None:
    assert change_words(change) == words


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ({"direction": "out", "status": "delivered", "delivered": True}, "arrived"),
        ({"direction": "out", "status": "recorded", "delivered": False}, "on its way"),
        ({"direction": "in", "status": "returned", "cause": "account_closed"}, "went back"),
        (
            {"direction": "out", "status": "returned", "cause": "account_closed"},
            "not taken, comes back",
        ),
        ({"direction": "out", "status": "returned", "cause": "coop_left"}, "not taken, came back"),
        ({"direction": "returned", "cause": "coop_left"}, "came back: the cooperative has left"),
        (
            {"direction": "returned", "cause": "account_closed"},
            "came back: the account was closed",
        ),
        # A node of an earlier version does not say why.
        ({"direction": "returned"}, "came back"),
    ],
)
def test_a_line_says_what_became_of_a_payment(item: dict[str, object], state: str) -> None:
    more = {"time": 1_782_000_000, "amount": 1_250, "fee": 50, "coop": "norte", "number": 7}
    line = history_line({**more, "other": {"handle": "ana", "coop": "sur"}, **item})
    assert line.shown()[2:] == ["ana@sur", state, "norte/7", "", ""]
    amount = -1_300 if item["direction"] == "out" else 1_250
    place = ["ana@sur", state, "norte/7", ""]
    assert line.cells() == ["2026-06-21 00:00:00", Amount(amount), *place, "", ""]


def test_a_line_says_what_it_was_for_and_worth() -> None:
    item = {"time": 1, "amount": 100, "fee": 0, "coop": "norte", "number": 7, "direction": "in"}
    told = {"bill": "bread", "worth": {"currency": "ARS", "minor": 157_000, "day": 1}}
    line = history_line({**item, **told, "other": {"handle": "ana", "coop": "sur"}})
    assert line.shown()[-2:] == ["bread", "ARS 1570.00"]
    assert line.cells()[-3:] == ["bread", "ARS", Amount(157_000)]
    assert history_line({**item, **told, "memo": "two loaves", "other": {}}).memo == "two loaves"
