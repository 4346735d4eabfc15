"""What `fiado balance` says of the stewards' changes."""

import pytest

from cli.account.commands import change_words


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
