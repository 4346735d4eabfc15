"""Drafts that owners of an account send each other: what is none is refused, whatever it is."""

import pytest

from node.member.owning import DraftUnreadable, read_draft


@pytest.mark.parametrize("text", ["", "[]", "[" * 200_000, "{}", '{"format": 1}'])
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(DraftUnreadable):
        read_draft(text, federation=bytes(32), coop=1)
