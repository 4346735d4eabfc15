"""Proposals and votes in both validators, one after the other and by replay, down to the last row."""

from random import Random

import pytest

from ledger.codec import decode
from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.tally import Proposal
from ledger.government.voting import Choice
from ledger.rules.government.register import PROPOSALS_CHAPTER
from tests.builders import START, build_federation
from tests.ledger.rules.tables import HOME
from tests.ledger.rules.voting_tables import VOTING_TABLES, stage_votes
from tests.parity.both import Both
from tests.voting_builders import (
    DAY,
    ELECTION,
    NOTICE,
    SECOND_CALL,
    attest,
    enact,
    propose,
    vote,
)

pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="parity of votes", coops=1)
MEMBERS = 12


def test_all_that_is_refused_and_taken_is_so_in_both() -> None:
    books = stage_votes()
    for table in VOTING_TABLES:
        both = Both(books.federation.founding)
        both.replay(HOME, b"".join(books.logs[HOME]))
        both.check_state()
        faults = [table.transaction(books, fault) for fault in table.faults]
        both.sequence(HOME, books.now, [*faults, table.transaction(books), *faults])
        both.check_state()


def actions(random: Random, second: int) -> tuple[Action, tuple[int, ...]]:
    """Something to decide, with those whose matter it is."""
    account = random.randint(1, MEMBERS)
    others = random.sample(range(1, MEMBERS + 1), 2)
    until = second + random.randint(1, 100) * DAY
    seats = tuple((number, until) for number in sorted(others))
    choices: list[tuple[Action, tuple[int, ...]]] = [
        (Resolve(is_special=random.random() < 0.5), tuple(sorted(others))),
        (Elect(seats=seats, threshold=random.randint(1, 2)), ()),
        (Recall(places=(random.randint(0, 5),)), ()),
        (AmendBylaws(articles=((23, random.randint(0, 3)),)), ()),
        (DecideLevy(positive=random.randint(0, 50_000), negative=1), ()),
        (DecideSpend(payee=account, amount=random.randint(1, 9)), (account,)),
        (
            DecideLimit(account=account, limit=7, from_=0, until=None, after=None),
            (account,),
        ),
        (DecideStatus(account=account, is_frozen=random.random() < 0.5), (account,)),
        (Expel(account=account, payee=others[0]), (account,)),
    ]
    return random.choice(choices)


@pytest.mark.parametrize("seed", range(6))
def test_random_histories_of_votes(seed: int) -> None:
    random = Random(seed)
    both = Both(FEDERATION.founding)
    entries = both.sequence(
        1, START, [FEDERATION.admit(1, number) for number in range(1, MEMBERS + 1)]
    ).entries
    now = START
    for step in range(60):
        now += random.choice([0, 60, 3_600, DAY, 5 * DAY])
        known = both.ask(lambda validator: validator.rows(1, PROPOSALS_CHAPTER))
        proposals = {decode(key): Proposal.decoded(value) for key, value in known[1:]}
        batch: list[bytes] = []
        first = now + NOTICE
        second = first + SECOND_CALL
        action, about = actions(random, second)
        members = random.sample(range(1, MEMBERS + 1), 2) if random.random() < 0.5 else ()
        ballot = ELECTION if random.random() < 0.1 else None
        batch.append(
            propose(
                FEDERATION,
                1,
                len(proposals) + 1,
                first=first,
                second=second,
                action=action,
                about=about,
                ballot=ballot,
                members=members,
            )
        )
        for number, proposal in proposals.items():
            assert isinstance(number, int)
            counts = proposal.counts
            if random.random() < 0.4:
                batch.append(enact(number, yes=counts.yes, no=counts.no, abstain=counts.abstain))
            if random.random() < 0.2:
                batch.append(attest(FEDERATION, 1, number, yes=random.randint(0, 9)))
            batch += [
                vote(
                    FEDERATION,
                    1,
                    random.randint(1, MEMBERS),
                    number,
                    random.choice(list(Choice)),
                    sequence=random.randint(1, 2),
                )
                for _ in range(random.randint(0, 12) if not proposal.enacted else 0)
            ]
        random.shuffle(batch)
        entries += both.sequence(1, now, batch).entries
        if step % 10 == 9:
            both.check_state()
    again = Both(FEDERATION.founding)
    done = again.replay(1, entries)
    assert done is not None and done.refusal is None
    again.check_state()
    assert again.reference.digest() == both.reference.digest()
    outcomes = {
        Proposal.decoded(value).outcome
        for _, value in both.ask(lambda validator: validator.rows(1, PROPOSALS_CHAPTER))[1:]
    }
    assert len(outcomes) >= 3
