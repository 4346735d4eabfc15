"""What is said of the publishers of an index when one of them is a member no more."""

from dataclasses import replace

import pytest

from cli.federation.index_words import index_fields
from ledger.charter import Charter, Standing
from tests.builders import build_federation
from tests.index_builders import index_lines

HEADING = "no members any more"


def charter_with(*out: int) -> Charter:
    """The charter of a federation with an index, with these coops in quarantine."""
    charter = build_federation(coops=3, index=index_lines(coops=3)).charter
    coops = {
        number: replace(coop, standing=Standing.QUARANTINED) if number in out else coop
        for number, coop in charter.coops.items()
    }
    return replace(charter, coops=coops)


def test_nothing_is_said_while_all_publishers_are_members() -> None:
    assert HEADING not in index_fields(charter_with())


@pytest.mark.parametrize(("out", "said"), [((3,), "enough"), ((2, 3), "too few")])
def test_it_is_said_whether_the_others_are_enough(out: tuple[int, ...], said: str) -> None:
    charter = charter_with(*out)
    assert charter.index is not None
    told = index_fields(charter)[HEADING]
    names = ", ".join(charter.coops[coop].name for coop in out)
    assert told.startswith(f"{names}: still publishers")
    assert f"which is {said} for a value ({charter.index.parameters.quorum} sign it)" in told
    assert "fiado federation propose index" in told
