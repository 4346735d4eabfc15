"""The oracle of what coops decide: it follows what is lawful, and finds each thing that is not."""

from collections.abc import Sequence
from typing import Any

import pytest

from ledger.entries import Entry, decode_transaction
from ledger.government.actions import DecideLimit, Elect, Expel, Recall
from ledger.government.articles import Article
from ledger.government.leaving import Step
from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import START, build_federation
from tests.government_builders import adopt_bylaws, levy, spend
from tests.guarantee_builders import guarantee, lapse
from tests.leaving_builders import leave, settle
from tests.recovery_builders import (
    guardian_list,
    name_guardians,
    new_key,
    object_to,
    recover,
    rekey,
    restore,
)
from tests.simulation.judging import minutes_of
from tests.simulation.minutes import Bond, Minutes
from tests.simulation.truth import Truth
from tests.simulation.world import Failure
from tests.voting_builders import ABSTAIN, ELECTION, NO, YES, attest, enact, propose, vote

FEDERATION = build_federation(seed="minutes", coops=1)
STRANGER = new_key(99)
ARTICLES = {
    Article.LIMIT_SMALL: 1,
    Article.LIMIT_LARGE: 3,
    Article.LIMIT_AMOUNT: 1_000,
    Article.SPEND_AMOUNT: 50,
    Article.NOTICE: 10,
    Article.SECOND_CALL: 5,
    Article.DEMAND: 500,
    Article.LATE_WINDOW: 2,
    Article.EXTENSION: 4,
    Article.WAIT_STEWARDS: 10,
    Article.WAIT_GUARDIANS: 5,
    Article.OBJECTION_TERM: 20,
    Article.CONTRIBUTION: 10_000,
    Article.LEVY_POSITIVE: 100,
    Article.LEVY_PERIOD: 30,
    Article.CLAIM_TERM: 40,
}
ADOPTED = adopt_bylaws(FEDERATION, 1, {key.value: value for key, value in ARTICLES.items()})
F, C = FEDERATION, 1
Said = tuple[int, bytes]
"""Seconds after the bylaws, and a transaction."""


def read(*said: Said, outcomes: dict[int, int] | None = None) -> Minutes:
    """The minutes of a coop of four members that has bylaws, and in whose log that was said."""
    truth = Truth(coop=C, federation=F.id)
    begins = [(0, F.admit(C, account)) for account in (1, 2, 3, 4)]
    for seconds, data in [*begins, (0, ADOPTED), *said]:
        transaction = decode_transaction(data)
        assert not isinstance(transaction, Refusal)
        truth.entries.append(Entry(time=START + seconds, transaction=transaction))
    return minutes_of(truth, [F.charter], outcomes or {})


def limit(amount: int, *stewards: int, account: int = 1) -> bytes:
    return F.limit(C, account, revision=1, limit=amount, stewards=stewards)


def opened(action: Any = None, *, number: int = 1, **more: Any) -> bytes:
    terms = {"first": START + 10, "second": START + 15} | more
    return propose(F, C, number, action=action, **terms)


def said(account: int, choice: Any = YES, **more: Any) -> bytes:
    return vote(F, C, account, 1, choice, **more)


def pay(fee: int, **more: Any) -> bytes:
    return F.pay(C, payer=1, sequence=1, payee_coop=C, payee=2, amount=1_000, fee=fee, **more)


RAISE = DecideLimit(account=1, limit=7_000, from_=0, until=None, after=None)
VOTED = [(0, opened(RAISE, about=(1,))), (2, said(2)), (3, said(3)), (4, said(4, NO))]
LOST = (0, recover(F, C, 1))
NAMED = (0, name_guardians(F, C, 1, 2, 3, wait=5))
LIST = guardian_list(2, 3)
CLAIMED = (0, settle(F, C, 1, Step.CLAIM))
SETTLED = settle(F, C, 1, Step.SETTLE, revision=2)
GIVEN = (0, guarantee(F, C, 1, 2, 9))
CLOSED = (0, F.status(C, 2, revision=1, status=Status.CLOSED))


def test_what_is_lawful_is_followed() -> None:
    minutes = read(
        (0, limit(1_000, 2, account=2)),
        (0, pay(10)),
        *VOTED,
        (10, enact(1, yes=2, no=1)),
        (30, levy(positive=100)),
        (31, spend(F, C, payee=2, amount=50)),
        (32, rekey(F, C, 2)),
        (33, guarantee(F, C, 1, 3, 9)),
        (34, lapse(1, 3)),
        outcomes={1: 2},
    )
    assert minutes.people[1].limit == (100_000, 0, 7_000, None, None)
    assert minutes.people[2].limit == (100_000, 0, 1_000, None, None)
    assert minutes.people[2].key == new_key(2).public_key
    assert minutes.bonds == {(1, 3): Bond(revision=1, most=9)}
    assert minutes.ballots[1].counts() == (2, 1, 0)


def test_recoveries_are_followed_by_whichever_way() -> None:
    by_guardians = recover(F, C, 1, guardians=LIST, members=(2, 3))
    minutes = read(NAMED, (5, by_guardians), (10, restore(1)))
    assert minutes.people[1].key == new_key(1).public_key
    assert minutes.people[1].status is Status.OPEN
    minutes = read(LOST, (1, object_to(F, C, 1)), (21, restore(1)))
    assert minutes.people[1].key == new_key(1).public_key
    assert read(LOST).people[1].status is Status.FROZEN


def test_memberships_end() -> None:
    given_up = (1, settle(F, C, 1, Step.WITHDRAW, revision=2))
    assert read(CLAIMED).claims == {1: START}
    assert read(CLAIMED, given_up).claims == {}
    minutes = read((0, guarantee(F, C, 3, 1, 9)), CLAIMED, (40, SETTLED), (41, leave(F, C, 2)))
    assert minutes.people[1].status is minutes.people[2].status is Status.CLOSED
    assert not minutes.bonds
    assert not minutes.claims


def test_offices_are_followed() -> None:
    election = Elect(seats=((1, START + 99), (2, START + 99)), threshold=1)
    voted = [(0, opened(election)), *((2, said(account)) for account in (1, 2, 3))]
    ended = (10, enact(1, yes=3))
    minutes = read(*voted, ended, outcomes={1: 2})
    assert minutes.office == (1, {3: 1, 4: 2})
    founders = (11, F.status(C, 3, revision=1, status=Status.FROZEN, stewards=(0,)))
    with pytest.raises(Failure, match="nobody is in office at place 0"):
        read(*voted, ended, founders, outcomes={1: 2})
    recall = [(0, opened(Recall(places=(1,)))), *((2, said(account)) for account in (1, 2, 3))]
    minutes = read(*recall, ended, outcomes={1: 2})
    assert minutes.office == (2, {0: None, 2: None})


def test_a_late_turn_moves_the_close_once() -> None:
    turned = [*VOTED[:3], (8, said(4, NO)), (9, said(3, NO, sequence=2))]
    assert read(*turned).ballots[1].closes() == START + 14
    again = [*turned, (13, said(3, YES, sequence=2 + 1))]
    assert read(*again).ballots[1].closes() == START + 14
    assert read(*VOTED).ballots[1].closes() == START + 10
    assert read(VOTED[0], VOTED[1]).ballots[1].closes() == START + 15


UNLAWFUL: list[tuple[str, Sequence[Said], str]] = [
    ("a large limit by two", [(0, limit(1_001, 0, 1))], "by 2 of 3 stewards"),
    ("a stranger", [(0, F.admit(C, 5, stewards=()))], "by 0 of 2 stewards"),
    ("bylaws twice", [(0, ADOPTED)], "once"),
    ("too much", [(0, spend(F, C, payee=2, amount=51))], "stewards spend 51 of 50"),
    ("other rates", [(40, levy(positive=101))], "the rates are"),
    ("an early levy", [(29, levy(positive=100))], "a levy before its time"),
    ("a levy again", [(30, levy(positive=100)), (31, levy(positive=100))], "before its time"),
    ("no contribution", [(0, pay(9))], "the fee is 9, and 10 is due"),
    ("a forged payment", [(0, pay(10, signed_by=STRANGER))], "the payer has not signed"),
    ("a payment while lost", [LOST, (1, pay(10))], "who pays is frozen"),
    ("short notice", [(1, opened(first=START + 10))], "the notice is too short"),
    ("no second call", [(0, opened(second=START + 14))], "the second call is too early"),
    ("its own judge", [(0, opened(RAISE))], "who it is about votes"),
    ("few demand it", [(0, opened(members=(1,)))], "1 of 4 demand it"),
    ("who is not there", [(0, opened(members=(1, 2, 9)))], "account 9 is not on the roll"),
    (
        "stewards fill the agenda",
        [(0, opened(number=number)) for number in range(1, 34)],
        "stewards' votes fill the agenda",
    ),
    (
        "members fill the agenda",
        [(0, opened(number=number, members=(1, 2))) for number in range(1, 10)],
        "account 1 fills the agenda",
    ),
    ("a vote for one's own", [*VOTED, (5, said(1))], "off the roll"),
    ("a late vote", [*VOTED, (10, said(4, YES, sequence=2))], "a vote after the close"),
    ("a vote again", [*VOTED, (5, said(2))], "a vote again"),
    ("a stuffed box", [VOTED[0], (2, said(2, signed_by=STRANGER))], "who votes has not signed"),
    ("a vote while lost", [(0, opened()), (1, LOST[1]), (2, said(1))], "frozen or closed"),
    ("a vote elsewhere", [(0, opened(ballot=ELECTION)), (1, said(1))], "it is voted on elsewhere"),
    ("an early count", [*VOTED, (9, enact(1, yes=2, no=1))], "an enactment before the close"),
    ("a wrong count", [*VOTED, (10, enact(1, yes=3, no=1))], "the node counts"),
    ("of no vote", [(0, enact(7))], "there is no proposal 7"),
    (
        "a count again",
        [*VOTED, (10, enact(1, yes=2, no=1)), (11, enact(1, yes=2, no=1))],
        "vote 1 is over",
    ),
    ("an attestation of members' votes", [*VOTED, (15, attest(F, C, 1))], "vote in the log"),
    (
        "an early attestation",
        [(0, opened(ballot=ELECTION)), (9, attest(F, C, 1, yes=3))],
        "before the close",
    ),
    (
        "more votes than members",
        [(0, opened(ballot=ELECTION)), (15, attest(F, C, 1, yes=5))],
        "more votes than members",
    ),
    ("a theft", [(0, rekey(F, C, 1, signed_by=STRANGER))], "the old key has not signed"),
    ("nobody's key", [(0, rekey(F, C, 1, new_signed_by=STRANGER))], "the new key has not signed"),
    ("a key while lost", [LOST, (1, rekey(F, C, 1))], "a recovery runs"),
    ("a recovery again", [LOST, (1, recover(F, C, 1, recovery=2))], "a recovery runs"),
    ("one steward", [(0, recover(F, C, 1, stewards=(0,)))], "by 1 of 2 stewards"),
    (
        "guardians too early",
        [NAMED, (4, recover(F, C, 1, guardians=LIST, members=(2, 3)))],
        "those are not the guardians",
    ),
    (
        "one guardian",
        [NAMED, (5, recover(F, C, 1, guardians=LIST, members=(2,)))],
        "2 guardians are needed",
    ),
    (
        "who is no guardian",
        [NAMED, (5, recover(F, C, 1, guardians=LIST, members=(2, 4)))],
        "account 4 is no guardian",
    ),
    (
        "an objection again",
        [LOST, (1, object_to(F, C, 1)), (2, object_to(F, C, 1))],
        "objected to before",
    ),
    ("a stranger's objection", [LOST, (1, object_to(F, C, 1, signed_by=STRANGER))], "old key"),
    ("an early end", [LOST, (9, restore(1))], "a recovery ends early"),
    ("in spite of an objection", [LOST, (1, object_to(F, C, 1)), (20, restore(1))], "ends early"),
    ("for oneself", [(0, guarantee(F, C, 1, 1, 9))], "answers for themselves"),
    (
        "a forged guarantee",
        [(0, guarantee(F, C, 1, 2, 9, signed_by=STRANGER))],
        "the guarantor has",
    ),
    ("a guarantee while lost", [LOST, (1, guarantee(F, C, 1, 2, 9))], "a guarantor is frozen"),
    ("a guarantee again", [GIVEN, GIVEN], "a guarantee is taken twice"),
    ("of no guarantee", [(0, lapse(1, 2))], "what was not given lapses"),
    ("of none any more", [GIVEN, CLOSED, (0, lapse(1, 2))], "what was not given lapses"),
    ("for who has gone", [CLOSED, GIVEN], "the member is closed"),
    ("sent away", [(0, leave(F, C, 1, signed_by=STRANGER))], "who leaves has not signed"),
    ("away with one steward", [(0, leave(F, C, 1, stewards=(0,)))], "by 1 of 2 stewards"),
    ("away while lost", [LOST, (1, leave(F, C, 1))], "who leaves is frozen"),
    ("away with a debt", [(0, leave(F, C, 1, payee=2, stewards=(0, 1)))], "to somebody"),
    ("a claim by one", [(0, settle(F, C, 1, Step.CLAIM, stewards=(0,)))], "by 1 of 2 stewards"),
    ("a claim again", [CLAIMED, (1, settle(F, C, 1, Step.CLAIM, revision=2))], "claimed already"),
    ("no claim", [(0, settle(F, C, 1, Step.SETTLE))], "nobody has claimed it"),
    ("an early settlement", [CLAIMED, (39, SETTLED)], "before its term"),
    ("a late settlement", [CLAIMED, (40 + 180 * 86_400, SETTLED)], "nobody has claimed it"),
    ("a settlement of who has gone", [CLAIMED, (40, SETTLED), (41, SETTLED)], "it is closed"),
    ("of no recovery", [(0, restore(1))], "no recovery 1 of account 1 runs"),
]


@pytest.mark.parametrize(
    ("entries", "found"), [row[1:] for row in UNLAWFUL], ids=[r[0] for r in UNLAWFUL]
)
def test_what_nobody_could_decide_is_found(entries: Sequence[Said], found: str) -> None:
    with pytest.raises(Failure, match=found):
        read(*entries, outcomes={1: 2})


@pytest.mark.parametrize(
    ("action", "votes", "outcome", "found"),
    [
        (RAISE, (YES, YES, NO), 1, "its outcome is 1"),
        (RAISE, (YES, YES, NO), 3, "its outcome is 3"),
        (RAISE, (YES, NO, ABSTAIN), 2, "it has not passed, and its outcome is 2"),
        (Expel(account=1, payee=None), (YES, YES, YES), 1, "its outcome is 1"),
    ],
)
def test_an_outcome_that_the_votes_do_not_have_is_found(
    action: Any, votes: Sequence[Any], outcome: int, found: str
) -> None:
    late = {"first": START + 1_300_000, "second": START + 1_300_005}
    entries: list[Said] = [(1, opened(action, about=(1,), **late))]
    entries += [
        (2, said(account, choice)) for account, choice in zip((2, 3, 4), votes, strict=True)
    ]
    counts = {"yes": votes.count(YES), "no": votes.count(NO), "abstain": votes.count(ABSTAIN)}
    with pytest.raises(Failure, match=found):
        read(*entries, (1_300_010, enact(1, **counts)), outcomes={1: outcome})
