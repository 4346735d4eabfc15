"""A count is the same on every node, in whatever order votes arrive."""

import json
from collections import Counter
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.government.tally import Counts, Outcome, VotingRules, has_majority
from ledger.government.voting import Choice
from ledger.refusals import Refusal
from tests.builders import Books, build_federation, open_books, replay_logs
from tests.vectors.make_tally import FILE, tally_vectors
from tests.voting_builders import close, open_vote, proposal_of, vote

MEMBERS = 6
FEDERATION = build_federation(seed="counts", coops=1)

changes_of_mind = st.lists(st.sampled_from(Choice), min_size=1, max_size=4).filter(
    lambda choices: all(one is not other for one, other in pairwise(choices))
)
ballots = st.dictionaries(st.integers(1, MEMBERS), changes_of_mind)


def open_books_with_a_vote() -> Books:
    books = open_books(FEDERATION)
    books.admit(1, *range(1, MEMBERS + 1))
    open_vote(books)
    return books


def arrive(books: Books, votes: list[bytes]) -> None:
    """Offer all votes again and again, as members' programs do, until nothing more is taken."""
    waiting = votes
    while waiting:
        outcomes = books.offer(1, *waiting)
        refused = [data for data, at in zip(waiting, outcomes, strict=True) if at < 0]
        reasons = {Refusal(-at) for at in outcomes if at < 0}
        assert reasons <= {Refusal.VOTE_SEQUENCE_GAP}, reasons
        assert len(refused) < len(waiting)
        waiting = refused


@settings(max_examples=60, deadline=None)
@given(ballots, st.randoms(use_true_random=False))
def test_the_count_is_what_all_said_last_in_every_order_of_arrival(
    said: dict[int, list[Choice]], random: Random
) -> None:
    votes = [
        vote(FEDERATION, 1, account, 1, choice, sequence=sequence)
        for account, choices in said.items()
        for sequence, choice in enumerate(choices, start=1)
    ]
    last = Counter(choices[-1] for choices in said.values())
    expected = Counts(yes=last[Choice.YES], no=last[Choice.NO], abstain=last[Choice.ABSTAIN])
    random.shuffle(votes)
    books = open_books_with_a_vote()
    arrive(books, votes)
    assert proposal_of(books, 1).counts == expected
    ended = close(books, 1)
    assert ended.counts == expected
    has_passed = expected.yes > expected.no
    assert ended.outcome is (Outcome.ENACTED if has_passed else Outcome.REJECTED)
    again = replay_logs(FEDERATION, books.logs)
    assert again.digest() == books.validator.digest()


@given(
    st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(1, 9), st.integers(1, 9)
)
def test_a_special_majority_is_that_fraction_of_yes_and_no_whoever_abstains(
    yes: int, no: int, abstain: int, numerator: int, denominator: int
) -> None:
    rules = VotingRules(
        first_quorum=0,
        second_quorum=0,
        late_window=0,
        extension=0,
        numerator=numerator,
        denominator=denominator,
    )
    reached = bool(yes) and yes / (yes + no) - numerator / denominator >= -1e-12
    assert has_majority(Counts(yes=yes, no=no, abstain=abstain), rules) is reached
    assert has_majority(Counts(yes=yes, no=no), rules) is reached


def test_the_vectors_of_counting_are_what_it_gives() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(tally_vectors()))
