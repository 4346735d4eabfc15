"""The vectors of counting votes: what a proposal's closes, counts and outcome are after each vote.

    python -m tests.vectors.make_tally

writes `tally.json`, by the ledger's own count; browsers count by the same examples.
"""

import random
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ledger.government.actions import Resolve
from ledger.government.tally import Proposal, VotingRules
from ledger.government.voting import Choice
from tests.vectors.make_vectors import render

FILE: Final = Path(__file__).parent / "tally.json"
FIRST: Final = 1_800_000_000
_RULES: Final = (
    (
        "a simple majority, half of the roll at the first call",
        VotingRules(
            first_quorum=500,
            second_quorum=0,
            late_window=100,
            extension=50,
            numerator=0,
            denominator=1,
        ),
    ),
    (
        "two thirds, and five people at the second call",
        VotingRules(
            first_quorum=500,
            second_quorum=5,
            late_window=0,
            extension=0,
            numerator=2,
            denominator=3,
        ),
    ),
    (
        "no quorum at the first call",
        VotingRules(
            first_quorum=0,
            second_quorum=3,
            late_window=1000,
            extension=77,
            numerator=0,
            denominator=1,
        ),
    ),
    (
        "nobody can reach the first quorum",
        VotingRules(
            first_quorum=1000,
            second_quorum=2,
            late_window=10,
            extension=10,
            numerator=1,
            denominator=2,
        ),
    ),
)


def tally_vectors() -> dict[str, Any]:
    """All of the file."""
    return {"cases": [case for note, rules in _RULES for case in _cases(note, rules)]}


def _cases(note: str, rules: VotingRules) -> Iterator[dict[str, Any]]:
    source = random.Random(note)
    for roll in (1, 6, 11):
        proposal = Proposal(
            action=Resolve(),
            text=bytes(32),
            ballot=None,
            about=(),
            opened=1,
            time=FIRST - 1000,
            cut=0,
            roll=roll,
            first=FIRST,
            second=FIRST + 200,
            rules=rules,
        )
        yield {"note": note, "roll": roll, **_history(proposal, source)}


def _history(proposal: Proposal, source: random.Random) -> dict[str, Any]:
    said: dict[int, Choice] = {}
    time, votes = FIRST - 150, []
    opened = _as_json(proposal)
    for _ in range(3 * proposal.roll):
        time += source.randint(0, 25)
        if proposal.is_closed(time):
            break
        account = source.randint(1, proposal.roll)
        choice = source.choice([each for each in Choice if each is not said.get(account)])
        before = said.get(account)
        proposal = proposal.with_vote(before=before, after=choice, time=time)
        said[account] = choice
        vote = {"time": time, "before": None if before is None else int(before)}
        votes.append({**vote, "after": int(choice), "then": _as_json(proposal)})
    return {"rules": asdict(proposal.rules), "opened": opened, "votes": votes}


def _as_json(proposal: Proposal) -> dict[str, Any]:
    return {
        "first": proposal.first,
        "second": proposal.second,
        "counts": asdict(proposal.counts),
        "is_second": proposal.is_second,
        "has_moved": proposal.has_moved,
        "closes": proposal.closes(),
        "passes": proposal.passes(),
    }


def main() -> None:
    """Write the file."""
    FILE.write_text(render(tally_vectors()), encoding="utf-8")


if __name__ == "__main__":
    main()
